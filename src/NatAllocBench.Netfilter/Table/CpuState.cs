using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// What one CPU has for itself: its clock, its counters, its free slots, its generator. One worker uses it at a time; the size
/// keeps neighbours in an array off each other's cache lines.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public struct CpuState
{
    /// <summary>The table's clock as this CPU sees it, ms; wraps. Set by the owner between connections.</summary>
    public uint Now;

    /// <summary>The CPU's line of <c>/proc/net/stat/nf_conntrack</c>.</summary>
    public CpuStatistics Counters;

    /// <summary>How often this CPU asked whether a tuple is in use.</summary>
    public ulong Probes;

    /// <summary>How often the answer was yes (<c>found</c> counts fewer from 6.5 on).</summary>
    public ulong Hits;

    /// <summary>Closing TCP entries that this CPU's searches evicted (6.5 and later).</summary>
    public ulong Evictions;

    /// <summary>
    /// Connections of this CPU that took the short path through lookup, search and confirm, those refused at confirm included.
    /// </summary>
    public ulong ShortPath;

    /// <summary>Expired entries that this CPU removed while walking over them.</summary>
    public ulong Expired;

    /// <summary>Slot of the entry that won the last clash this CPU lost, or <see cref="Slot.None"/>.</summary>
    public Slot LastClashWith;

    /// <summary>Generation that the slot <see cref="LastClashWith"/> had at that clash.</summary>
    internal uint LastClashGeneration;

    /// <summary>Draws that are no part of the port search, such as the chain limit.</summary>
    public CpuRandom Random;

    internal SlotCache Slots;

    /// <summary>Lock-free design: the epoch in which the present operation began, bit 0 set; 0 outside operations.</summary>
    internal ulong Section;

    /// <summary>Lock-free design: entries that this CPU may create before it reserves more.</summary>
    internal uint Reserved;

    /// <summary>Kept by a debug build only, in all designs: whether the CPU is in a section.</summary>
    internal bool IsInSection;
}
