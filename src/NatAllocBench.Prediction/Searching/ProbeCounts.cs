namespace NatAllocBench.Prediction.Searching;

/// <summary>Connections by the number of ports that each looked at.</summary>
public sealed class ProbeCounts
{
    private readonly List<long> _connections = [];

    /// <summary>Counts connections that looked at so many ports.</summary>
    /// <param name="probes">Ports looked at, at least 0.</param>
    /// <param name="connections">How many connections did.</param>
    public void Add(int probes, long connections = 1)
    {
        while (_connections.Count <= probes)
        {
            _connections.Add(0);
        }

        _connections[probes] += connections;
    }

    /// <summary>Counts what another has counted.</summary>
    /// <param name="other">The other.</param>
    public void Add(ProbeCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int probes = 0; probes < other._connections.Count; probes++)
        {
            Add(probes, other._connections[probes]);
        }
    }

    /// <summary>The smallest number of ports that a share of the connections did not exceed; 0 without a connection.</summary>
    /// <param name="share">Above 0, at most 1, for example 0.99.</param>
    public int Percentile(double share)
    {
        long wanted = (long)Math.Ceiling(_connections.Sum() * share);
        long seen = 0;
        for (int probes = 0; probes < _connections.Count; probes++)
        {
            seen += _connections[probes];
            if (seen >= wanted)
            {
                return probes;
            }
        }

        return 0;
    }
}
