namespace NatAllocBench.Prediction.Searching;

/// <summary>How long a search goes on in a range of ports, and what it may evict.</summary>
/// <param name="Ports">Ports of the range, 1 to 65535.</param>
/// <param name="IsLimited">From 5.0 on: rounds of 128 to 8 probes. Else one round over the whole range.</param>
/// <param name="Evicts">From 6.5 on, for TCP: the last 32 probes of a round take the port of a connection in TIME_WAIT.</param>
public readonly record struct SearchLimits(int Ports, bool IsLimited, bool Evicts)
{
    private const int LastProbes = 32;

    /// <summary>Probes of each round.</summary>
    public IReadOnlyList<int> Rounds => IsLimited && Ports > ClosedForms.Rounds[0] ? ClosedForms.Rounds : [Ports];

    /// <summary>Probes of a search that fails.</summary>
    public int ProbesOfFailure => Rounds.Sum();

    /// <summary>The first probe of a round that may evict; the round's length if none may.</summary>
    /// <param name="round">Probes of the round.</param>
    public int FirstEvicting(int round) => Evicts ? Math.Max(0, round - LastProbes) : round;
}
