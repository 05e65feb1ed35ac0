namespace NatAllocBench.Netfilter.Table;

/// <summary>What the garbage collector saw on its way.</summary>
internal struct GcWalk
{
    /// <summary>Nodes passed; an entry is two.</summary>
    public long Nodes;

    /// <summary>Entries removed.</summary>
    public long Expired;

    /// <summary>Weight of the average: living nodes, and whatever bias it started with.</summary>
    public long Living;

    /// <summary>Average remaining time, each clamped to 1 to 300 s, ms.</summary>
    public double AverageMs;
}
