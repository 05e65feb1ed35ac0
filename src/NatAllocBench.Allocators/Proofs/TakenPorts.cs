namespace NatAllocBench.Allocators.Proofs;

/// <summary>A vector's taken ports of one endpoint, and the candidates that were asked for.</summary>
internal sealed class TakenPorts
{
    private readonly bool[] _taken = new bool[65536];

    /// <summary>Candidates in the order in which they were asked for.</summary>
    public List<ushort> Tried { get; } = [];

    public void Add(IEnumerable<uint[]> intervals)
    {
        foreach (uint[] interval in intervals)
        {
            for (uint port = interval[0]; port <= interval[1]; port++)
            {
                _taken[port] = true;
            }
        }
    }

    public bool this[ushort port]
    {
        get => _taken[port];
        set => _taken[port] = value;
    }

    /// <summary>Notes the candidate and says whether it is free.</summary>
    public bool Ask(ushort port)
    {
        Tried.Add(port);
        return !_taken[port];
    }
}

/// <summary>Looks into a vector's ports; nothing is inserted by asking.</summary>
internal readonly struct PortView(TakenPorts taken) : ITableView<uint>
{
    public bool TryTake(in FlowTuple<uint> reply) => taken.Ask(reply.DestinationPort);
}
