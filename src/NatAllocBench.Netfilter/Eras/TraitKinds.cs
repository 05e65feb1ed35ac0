namespace NatAllocBench.Netfilter.Eras;

/// <summary>The search loop of <c>nf_nat_l4proto_unique_tuple</c>.</summary>
public enum PortSearch
{
    /// <summary>2.6.32 to 2.6.35: every candidate of the range is probed; a failed search leaves the rover alone.</summary>
    ScanAll,

    /// <summary>2.6.36 to 4.20: the last candidate of the range is handed out without a probe.</summary>
    ScanLastUnchecked,

    /// <summary>5.0 to 6.4 and the 2022 stable kernels: rounds of 128, 64, 32, 16 and 8 probes, each from a new random start.</summary>
    Limited,

    /// <summary>6.5 and later: as <see cref="Limited"/>, and the last 32 probes of a round may evict a closing TCP entry.</summary>
    LimitedEvicting,
}

/// <summary>Where a search starts.</summary>
public enum StartOffset
{
    /// <summary>The flag does not exist in this era and is not looked at.</summary>
    NotAvailable,

    /// <summary>The protocol's shared rover: the offset that the last search accepted.</summary>
    Rover,

    /// <summary>MD5 of NAT address, far address and far port under a secret drawn once: constant for a destination.</summary>
    KeyedMd5,

    /// <summary>SipHash-2-4 of the same input (4.11 and later): constant for a destination.</summary>
    KeyedSipHash,

    /// <summary>As <see cref="KeyedSipHash"/> with the uptime in units of 10 s (late 4.14.y and 4.19.y): constant for so long.</summary>
    KeyedSipHashTimed,

    /// <summary>A fresh random number.</summary>
    Random,
}

/// <summary>The function of <c>hash_conntrack_raw</c>.</summary>
public enum TableHash
{
    /// <summary>2.6.32 to 2.6.37: lookup2 jhash over nine words.</summary>
    Jenkins2,

    /// <summary>3.1 to 5.14: lookup3 jhash over nine words.</summary>
    Jenkins3,

    /// <summary>5.15 to 6.1: SipHash-2-4 over 48 bytes.</summary>
    SipHash48,

    /// <summary>6.2 to 6.4: SipHash-2-4 over four folded 64-bit words.</summary>
    SipHash4Words,

    /// <summary>6.5 and later: SipHash-2-4 over the first 39 bytes of the tuple.</summary>
    SipHash39,

    /// <summary>What-if, no kernel does this: a fast keyed hash.</summary>
    Wyhash,
}

/// <summary>The function of the by-source table (<c>hash_by_src</c>).</summary>
public enum BySourceHash
{
    /// <summary>2.6.32: <c>jhash_3words</c> of address, port and protocol, unsalted, lookup2.</summary>
    Jenkins2Unsalted,

    /// <summary>2.6.35 to 2.6.37: the same with the zone and the conntrack secret, lookup2.</summary>
    Jenkins2Salted,

    /// <summary>3.1 to 3.6: the same, lookup3.</summary>
    Jenkins3Salted,

    /// <summary>3.13 to 4.2: <c>jhash2</c> of five words, zone included.</summary>
    Jenkins3Zone,

    /// <summary>4.4 to 5.14: <c>jhash2</c> of five words, no zone.</summary>
    Jenkins3,

    /// <summary>5.15 and later: SipHash-2-4 of 32 bytes.</summary>
    SipHash32,

    /// <summary>What-if, no kernel does this: a fast keyed hash.</summary>
    Wyhash,
}

/// <summary>How step 1 of <c>get_unique_tuple</c> begins.</summary>
public enum OriginalFirst
{
    /// <summary>Up to 2.6.37: the same-source mapping is looked for at once.</summary>
    No,

    /// <summary>3.1 and later: an original tuple that is in range and free is kept.</summary>
    Yes,

    /// <summary>
    /// 6.6.57, 6.11.4, 6.12 to 6.15.2: as <see cref="Yes"/>, and the exact reverse of an untranslated flow whose protocol resolves
    /// clashes does not count as taken, unless it was answered or is ASSURED.
    /// </summary>
    ReverseExempt,

    /// <summary>
    /// 6.6.94, 6.12.34, 6.15.3, 6.16 to 6.18.2: the resident is looked for in both directions, and must not have its sequence numbers
    /// adjusted; whether it was answered does not matter.
    /// </summary>
    ReverseExemptBothLookups,

    /// <summary>6.12.64, 6.18.3, 6.19: as <see cref="ReverseExemptBothLookups"/> without the test of the resident's direction.</summary>
    ReverseExemptAnyDirection,
}

/// <summary>What <c>nf_ct_resolve_clash</c> does for UDP and UDP-Lite.</summary>
public enum ClashRule
{
    /// <summary>Up to 4.6: the loser is dropped.</summary>
    Drop,

    /// <summary>4.7 to 4.18: merged into the resident entry unless that one went through NAT hooks.</summary>
    MergeWithoutNat,

    /// <summary>4.19 to 5.5, 4.14.173 and later: also merged if both tuples are equal.</summary>
    MergeEqual,

    /// <summary>5.6 to 6.11: else inserted in reply direction for one second.</summary>
    InsertReply,

    /// <summary>6.12 and later: merged also if both tuples are equal with directions swapped.</summary>
    MergeReverse,
}

/// <summary>Which counters a lost insertion moves.</summary>
public enum ClashCounters
{
    /// <summary>Up to 4.6: <c>insert_failed</c> alone.</summary>
    InsertFailedOnly,

    /// <summary>4.7 to 5.9: <c>drop</c> too; a merged clash counts as <c>insert_failed</c>.</summary>
    MergeCountsAsFailed,

    /// <summary>5.10 and later: resolved clashes count as <c>clash_resolve</c>.</summary>
    ClashResolve,
}

/// <summary>What <c>early_drop</c> examines when the table is full.</summary>
public enum EarlyDrop
{
    /// <summary>2.6.32 to 3.14: the last unassured entry of a chain, walking buckets until eight entries were seen.</summary>
    LastOfChain,

    /// <summary>RHEL 7: the first unassured entry met, walking buckets until eight entries were passed over.</summary>
    FirstMet,

    /// <summary>4.7 to 4.19.2: eight steps that nearly always scale to one and the same bucket; all its unassured entries.</summary>
    OneBucket,

    /// <summary>
    /// 4.20 and later, 4.19.3, late 4.14.y and 4.9.y: eight consecutive buckets; all unassured entries of the first that has any.
    /// </summary>
    EightBuckets,
}

/// <summary>How pool addresses are hashed (<c>find_best_ips_proto</c>).</summary>
public enum PoolHash
{
    /// <summary>2.6.32 to 2.6.37: <c>jhash_2words</c>, lookup2.</summary>
    Jenkins2Words2,

    /// <summary>3.1 to 3.6: <c>jhash_2words</c>, lookup3.</summary>
    Jenkins3Words2,

    /// <summary>3.13 and later: <c>jhash2</c> of the 16-byte union.</summary>
    Jenkins3Union,
}

/// <summary>How the garbage collector walks the table (<c>gc_worker</c>).</summary>
public enum GcSchedule
{
    /// <summary>Up to 4.8: every entry has a timer of its own and vanishes the moment it expires.</summary>
    EntryTimers,

    /// <summary>4.9 to 5.13: 1/128 of the table at a time.</summary>
    Portions,

    /// <summary>5.14 to 5.17: the whole table every 120 s.</summary>
    FullEvery120S,

    /// <summary>5.19 and later: the whole table every 1 to 60 s, from the average remaining time.</summary>
    Adaptive,
}
