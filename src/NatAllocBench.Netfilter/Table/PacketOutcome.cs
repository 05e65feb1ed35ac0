namespace NatAllocBench.Netfilter.Table;

/// <summary>What the tracker did with a packet of a known connection.</summary>
public enum PacketOutcome
{
    /// <summary>State and timeout moved on.</summary>
    Accepted,

    /// <summary>The packet passes, the state is kept.</summary>
    Ignored,

    /// <summary>The packet does not fit the state; counted as <c>invalid</c>.</summary>
    Invalid,

    /// <summary>The entry was removed; the packet passes.</summary>
    Removed,

    /// <summary>The entry was removed and the packet opens a new connection: look it up again.</summary>
    LookUpAgain,

    /// <summary>The entry was freed since the lookup: look the packet up again.</summary>
    Gone,
}
