namespace NatAllocBench.Netfilter.Views;

/// <summary>
/// One CPU's conntrack counters (<c>struct ip_conntrack_stat</c>) and the global entry count. The kernel's counters are 32 bits wide
/// and wrap; the views print the low 32 bits. Which counters a release maintains is decided by the format, not here.
/// </summary>
public struct CpuStatistics
{
    /// <summary>Entries in the table, all CPUs together; the same on every line.</summary>
    public ulong Entries;

    /// <summary>Non-matching nodes walked by lookups; up to 4.8.</summary>
    public ulong Searched;

    /// <summary>NAT probes answered "taken"; up to 4.8 also successful lookups.</summary>
    public ulong Found;

    /// <summary>Entries created for a first packet; up to 4.8.</summary>
    public ulong New;

    /// <summary>Packets the tracker could not place.</summary>
    public ulong Invalid;

    /// <summary>Packets not tracked; up to 5.9.</summary>
    public ulong Ignore;

    /// <summary>Entries deleted; up to 4.8.</summary>
    public ulong Delete;

    /// <summary>Entries queued for deletion; up to 4.8.</summary>
    public ulong DeleteList;

    /// <summary>Confirms that inserted, up to 4.8; later only entries made through ctnetlink.</summary>
    public ulong Insert;

    /// <summary>Confirms that clashed.</summary>
    public ulong InsertFailed;

    /// <summary>Packets dropped by the tracker.</summary>
    public ulong Drop;

    /// <summary>Entries evicted because the table was full.</summary>
    public ulong EarlyDrop;

    /// <summary>Malformed packets, named icmp_error in the proc file.</summary>
    public ulong Error;

    /// <summary>Bucket walks that ended in another chain and started over; from 2.6.35.</summary>
    public ulong SearchRestart;

    /// <summary>Clashes resolved; from 5.10.</summary>
    public ulong ClashResolve;

    /// <summary>Confirms refused because a chain was too long; from 5.15.</summary>
    public ulong ChainTooLong;
}
