namespace NatAllocBench.Netfilter.Table;

/// <summary>One CPU's free slots: two magazines and a run of never used ones; the kernel's per-CPU slab.</summary>
internal struct SlotCache
{
    /// <summary>Number of the magazine that slots are taken from.</summary>
    public uint Ready;

    /// <summary>Lock-free design: number of the magazine that freed slots go to.</summary>
    public uint Limbo;

    /// <summary>Next never used slot of this CPU's run.</summary>
    public uint FreshNext;

    /// <summary>End of the run, exclusive.</summary>
    public uint FreshEnd;
}
