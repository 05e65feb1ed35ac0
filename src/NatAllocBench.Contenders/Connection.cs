using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Contenders;

/// <summary>One connection: an object on the managed heap that both directions refer to.</summary>
internal sealed class Connection(in ConntrackTuple<IPv4Address> original)
{
    private volatile bool _confirmed;
    private int _removed;

    public ConntrackTuple<IPv4Address> Original { get; } = original;

    /// <summary>The REPLY tuple; fixed before the connection is inserted.</summary>
    public ConntrackTuple<IPv4Address> Reply { get; set; } = original.Invert();

    /// <summary>Time of expiry on the table's clock, ms, wrapping.</summary>
    public uint Deadline { get; set; }

    /// <summary>The next older connection of the same source.</summary>
    public Connection? NextOfSource { get; set; }

    /// <summary>Whether lookups may see it: set when both directions are in.</summary>
    public bool IsConfirmed
    {
        // Volatile. Pairs with itself: who sees it set sees tuples and deadline.
        get => _confirmed;
        set => _confirmed = value;
    }

    /// <summary>Claims the removal.</summary>
    /// <returns>Whether the caller is the one who removes it.</returns>
    public bool TryClaimRemoval() =>
        // Full fence; of several removers one sees 0. Nothing else is published through it.
        Interlocked.Exchange(ref _removed, 1) == 0;

    public bool IsExpired(uint now) => (int)(Deadline - now) <= 0;
}
