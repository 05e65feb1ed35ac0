namespace NatAllocBench.LiveKernel;

/// <summary>One measured cell: a rule, the packets, and how often.</summary>
public sealed record LiveCell
{
    /// <summary>Short name for tables and messages.</summary>
    public required string Name { get; init; }

    /// <summary>The router's rules.</summary>
    public required NatRule Rule { get; init; }

    /// <summary>Share of the range in use while the cell is measured (its middle), 0 for a range that is empty at the start.</summary>
    public double Fill { get; init; }

    /// <summary>Packets that fill the table before the counters are read; null for an empty table.</summary>
    public SendPlan? Prefill { get; init; }

    /// <summary>The packets that are measured. Repetition n runs with seed + n.</summary>
    public required SendPlan Plan { get; init; }

    /// <summary>Measured repetitions, 1 or more.</summary>
    public int Repetitions { get; init; } = 7;

    /// <summary>Repetitions before the first measured one; the kernel's slabs grow in them.</summary>
    public int WarmUps { get; init; } = 1;

    /// <summary>
    /// A repetition in which more than this share of the sent packets is neither delivered nor insert_failed lost them elsewhere
    /// (a full backlog, stray packets) and is dropped.
    /// </summary>
    public double Tolerance { get; init; } = 0.01;
}
