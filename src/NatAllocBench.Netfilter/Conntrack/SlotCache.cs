namespace NatAllocBench.Netfilter.Conntrack;

/// <summary>One CPU's free slots: a list of freed ones and a run of never used ones; the kernel's per-CPU slab.</summary>
internal struct SlotCache
{
    /// <summary>First freed slot, linked through <c>TdEnd</c>; <see cref="CpuState.NoSlot"/> ends the list.</summary>
    public uint FreeHead;

    /// <summary>Length of the list.</summary>
    public int FreeCount;

    /// <summary>Next never used slot of this CPU's run.</summary>
    public uint FreshNext;

    /// <summary>End of the run, exclusive.</summary>
    public uint FreshEnd;
}
