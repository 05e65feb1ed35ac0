using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Netfilter.Table;

/// <summary>An entry as a lookup found it. The entry may be gone by the time it is used: the generation in the status tells.</summary>
public readonly struct EntryReference
{
    private readonly Link _link;

    /// <summary>One direction of an entry.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="direction">The direction.</param>
    /// <param name="status">The status word at the time of the lookup.</param>
    public EntryReference(Slot slot, Direction direction, ulong status)
        : this(direction == Direction.Original ? slot.Original : slot.Reply, status)
    {
    }

    internal EntryReference(Link link, ulong status)
    {
        _link = link;
        Status = status;
    }

    /// <summary>Slot of the entry.</summary>
    public Slot Slot => _link.Slot;

    /// <summary>The direction whose tuple matched.</summary>
    public Direction Direction => _link.IsReply ? Direction.Reply : Direction.Original;

    /// <summary>The status word at the time of the lookup.</summary>
    public ulong Status { get; }
}
