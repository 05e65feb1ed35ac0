using System.Runtime.InteropServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// A batch of slot numbers that moves between CPUs as a whole. The numbers stand here and not in the slots, because a late packet may
/// still write into a freed entry.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SlotMagazine
{
    /// <summary>Slots that one magazine holds; with the header it fills 1024 bytes.</summary>
    public const int Size = 252;

    /// <summary>Number + 1 of the next magazine on a stack; 0 ends it.</summary>
    public uint Next;

    /// <summary>Slots in it.</summary>
    public int Count;

    /// <summary>
    /// Lock-free design: the epoch in which every CPU must have started again before a slot is taken; 0 when that is done.
    /// </summary>
    public ulong Tag;

    /// <summary>The slots.</summary>
    public fixed uint Slots[Size];
}
