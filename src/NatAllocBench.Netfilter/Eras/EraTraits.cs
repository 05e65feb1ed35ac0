using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>Everything in which one kernel era differs from another, as data. The properties are named after what they decide.</summary>
/// <remarks>
/// Three of them (<see cref="Hash"/>, <see cref="Search"/>, <see cref="GlobalLock"/>) decide what the hot path does; the type
/// parameter <see cref="IEra"/> repeats those, so that the JIT leaves no test of them in the code. The rest are looked at once a
/// connection at most.
/// </remarks>
public sealed record EraTraits
{
    /// <summary>Search loop of the port search.</summary>
    public required PortSearch Search { get; init; }

    /// <summary>Start of a search without random flag.</summary>
    public required StartOffset DefaultStart { get; init; }

    /// <summary>Start of a search with <c>random</c>.</summary>
    public required StartOffset RandomStart { get; init; }

    /// <summary>Whether <c>random</c> starts at the same port for all clients of a destination.</summary>
    public bool IsRandomKeyed => RandomStart is StartOffset.KeyedMd5 or StartOffset.KeyedSipHash or StartOffset.KeyedSipHashTimed;

    /// <summary>Start of a search with <c>random-fully</c>.</summary>
    public required StartOffset RandomFullyStart { get; init; }

    /// <summary>Whether DNAT to a port range knows a base port (4.18 and later).</summary>
    public bool HasProtoOffset { get; init; }

    /// <summary>Whether reversed port limits are exchanged (4.18 and later) instead of underflowing.</summary>
    public bool SwapsReversedRange { get; init; }

    /// <summary>Whether ICMP ids are searched by the common loop (5.0 and later) instead of one of their own.</summary>
    public bool CommonIcmpSearch { get; init; }

    /// <summary>Whether DNAT without random flag starts at the first port of the range (6.8 and later).</summary>
    public bool DnatStartsAtFirst { get; init; }

    /// <summary>Beginning of step 1.</summary>
    public required OriginalFirst OriginalFirst { get; init; }

    /// <summary>Whether a range of one port is accepted unchecked in step 3 if the port is already right (2.6.37 and later).</summary>
    public bool SinglePortUnchecked { get; init; }

    /// <summary>
    /// Whether an entry with the same ORIGINAL tuple does not count as taken (5.0 and later, 4.9.163, 4.14.106, 4.19.29).
    /// </summary>
    public bool SameOriginExempt { get; init; }

    /// <summary>Whether the by-source lookup tries the first entry of a key only (4.9 to 4.12).</summary>
    public bool BySourceFirstOnly { get; init; }

    /// <summary>Hash of the by-source table.</summary>
    public required BySourceHash BySourceHash { get; init; }

    /// <summary>Hash of the pool address.</summary>
    public required PoolHash PoolHash { get; init; }

    /// <summary>Hash of the conntrack table.</summary>
    public required TableHash Hash { get; init; }

    /// <summary>Whether one lock guards the whole table (up to 3.14) instead of 1024.</summary>
    public bool GlobalLock { get; init; }

    /// <summary>Smallest chain limit drawn at confirm; 0 where there is none (up to 5.14).</summary>
    public int ChainLimitMin { get; init; }

    /// <summary>How many limits from <see cref="ChainLimitMin"/> on can be drawn.</summary>
    public int ChainLimitSpread { get; init; }

    /// <summary>Clash resolution.</summary>
    public required ClashRule Clash { get; init; }

    /// <summary>Whether clashes of GRE flows are resolved as those of UDP are (6.5 and later).</summary>
    public bool GreClash { get; init; }

    /// <summary>Whether clashes of unknown protocols are resolved too (7.0 and later, 5.10.252, 6.1.165, 6.12.75).</summary>
    public bool GenericClash { get; init; }

    /// <summary>Whether a reply-only entry is killed by its first reply (5.6 to 5.8).</summary>
    public bool ClashEntryDiesOnReply { get; init; }

    /// <summary>Counters moved by a clash.</summary>
    public required ClashCounters ClashCounters { get; init; }

    /// <summary>Whether a dying entry is accepted at confirm without insertion (up to 3.15).</summary>
    public bool DyingAccepted { get; init; }

    /// <summary>Whether lookups step over entries marked DYING (4.9 to 5.0).</summary>
    public bool LookupSkipsDying { get; init; }

    /// <summary>How expired entries go.</summary>
    public required GcSchedule Gc { get; init; }

    /// <summary>Early drop.</summary>
    public required EarlyDrop EarlyDrop { get; init; }

    /// <summary>Whether early drop passes over offloaded flows (4.18 to 5.15).</summary>
    public bool EarlyDropSparesOffloaded { get; init; }

    /// <summary>Timeout of a UDP flow that was answered, s: 180 up to 4.20, 120 from 5.0.</summary>
    public int UdpStreamTimeout { get; init; } = 180;

    /// <summary>Whether the long UDP timeout needs a flow older than 2 s (5.0 and later).</summary>
    public bool UdpStreamAfter2S { get; init; }

    /// <summary>Whether ASSURED for UDP needs a flow older than 2 s (5.17 and later).</summary>
    public bool UdpAssuredAfter2S { get; init; }

    /// <summary>Whether a retransmitted SYN restarts the SYN_SENT timer (up to 5.13).</summary>
    public bool SynRefreshesTimer { get; init; }

    /// <summary>Whether a SYN of the answering side may reopen a closed entry (later than 3.13).</summary>
    public bool ReplySynReopens { get; init; }

    /// <summary>Layout of the statistics.</summary>
    public required StatisticsFormat Statistics { get; init; }

    /// <summary>Default of nf_conntrack_max for each bucket: 4, or 1 from 5.15.</summary>
    public int MaxPerBucket { get; init; } = 4;
}
