namespace NatAllocBench.Netfilter.Views;

/// <summary>The generations of <c>conntrack -S</c> lines: what the kernel's netlink answer contains.</summary>
public enum CommandStatisticsFormat
{
    /// <summary>Up to 4.8 (read in 3.13): thirteen counters from searched to search_restart.</summary>
    V3_13,

    /// <summary>4.9..5.9: searched, new, delete and delete_list gone.</summary>
    V4_9,

    /// <summary>5.10..5.14: ignore gone, clash_resolve added.</summary>
    V5_10,

    /// <summary>5.15 and later: chaintoolong added.</summary>
    V5_15,
}
