namespace NatAllocBench.Netfilter.Nat;

/// <summary>How the allocator came by a port; it tells the races of a failed insertion apart.</summary>
public enum PortChoice
{
    /// <summary>The tuple was in range and free as it was: a null binding, or the host's own traffic.</summary>
    Original,

    /// <summary>The mapping of an earlier connection of the same socket.</summary>
    SameSource,

    /// <summary>The client's own port was free at the NAT address.</summary>
    Kept,

    /// <summary>The client's own port is the only port of the range: accepted without a probe.</summary>
    KeptUnchecked,

    /// <summary>The port search found a free port.</summary>
    Searched,

    /// <summary>The search ended on a port that it knew to be in use, or handed out its last candidate without a probe.</summary>
    Exhausted,

    /// <summary>The protocol or rule leaves the key alone.</summary>
    Unchanged,
}
