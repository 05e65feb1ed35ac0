using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Netfilter.Table;

/// <summary>An entry as a lookup found it. The entry may be gone by the time it is used: the generation in the status tells.</summary>
/// <param name="link">2 x slot + direction.</param>
/// <param name="status">The status word at the time of the lookup.</param>
public readonly struct EntryReference(uint link, ulong status)
{
    /// <summary>Slot of the entry.</summary>
    public uint Slot => link >> 1;

    /// <summary>The direction whose tuple matched.</summary>
    public Direction Direction => (Direction)(link & 1);

    /// <summary>The status word at the time of the lookup.</summary>
    public ulong Status => status;
}
