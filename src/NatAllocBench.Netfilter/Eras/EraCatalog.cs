using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>
/// All eras from 2.6.32 to 7.1, oldest first. Each is declared as its predecessor with what changed, so that this file reads as
/// the history of the allocator and its table.
/// </summary>
public static partial class EraCatalog
{
    private static readonly EraTraits V2_6_32 = new()
    {
        Search = PortSearch.ScanAll,
        DefaultStart = StartOffset.Rover,
        RandomStart = StartOffset.KeyedMd5,
        RandomFullyStart = StartOffset.NotAvailable,
        OriginalFirst = OriginalFirst.No,
        BySourceHash = BySourceHash.Jenkins2Unsalted,
        PoolHash = PoolHash.Jenkins2Words2,
        Hash = TableHash.Jenkins2,
        GlobalLock = true,
        Clash = ClashRule.Drop,
        ClashCounters = ClashCounters.InsertFailedOnly,
        DyingAccepted = true,
        Gc = GcSchedule.EntryTimers,
        EarlyDrop = EarlyDrop.LastOfChain,
        SynRefreshesTimer = true,
        Statistics = StatisticsFormat.V2_6_32,
    };

    private static readonly EraTraits V2_6_35 =
        V2_6_32 with { BySourceHash = BySourceHash.Jenkins2Salted, Statistics = StatisticsFormat.V2_6_35 };
    private static readonly EraTraits V2_6_36 = V2_6_35 with { Search = PortSearch.ScanLastUnchecked };
    private static readonly EraTraits V2_6_37 = V2_6_36 with { SinglePortUnchecked = true };
    private static readonly EraTraits V3_1 = V2_6_37 with
    {
        OriginalFirst = OriginalFirst.Yes,
        Hash = TableHash.Jenkins3,
        BySourceHash = BySourceHash.Jenkins3Salted,
        PoolHash = PoolHash.Jenkins3Words2,
    };

    private static readonly EraTraits V3_13 = V3_1 with { BySourceHash = BySourceHash.Jenkins3Zone, PoolHash = PoolHash.Jenkins3Union };
    private static readonly EraTraits V3_14 = V3_13 with { RandomFullyStart = StartOffset.Random };
    private static readonly EraTraits V3_15 = V3_14 with { GlobalLock = false, ReplySynReopens = true };
    private static readonly EraTraits V4_0 = V3_15 with { DyingAccepted = false };
    private static readonly EraTraits V4_4 = V4_0 with { BySourceHash = BySourceHash.Jenkins3 };
    private static readonly EraTraits V4_7 = V4_4 with
    {
        Clash = ClashRule.MergeWithoutNat,
        ClashCounters = ClashCounters.MergeCountsAsFailed,
        EarlyDrop = EarlyDrop.OneBucket,
    };

    private static readonly EraTraits V4_9 = V4_7 with
    {
        Gc = GcSchedule.Portions,
        LookupSkipsDying = true,
        BySourceFirstOnly = true,
        Statistics = StatisticsFormat.V4_9,
    };

    private static readonly EraTraits V4_11 = V4_9 with { RandomStart = StartOffset.KeyedSipHash };
    private static readonly EraTraits V4_13 = V4_11 with { BySourceFirstOnly = false };
    private static readonly EraTraits V4_18 = V4_13 with
    {
        HasProtoOffset = true,
        SwapsReversedRange = true,
        EarlyDropSparesOffloaded = true,
    };
    private static readonly EraTraits V4_19 = V4_18 with { Clash = ClashRule.MergeEqual };
    private static readonly EraTraits V4_20 = V4_19 with { EarlyDrop = EarlyDrop.EightBuckets };
    private static readonly EraTraits V5_0 = V4_20 with
    {
        Search = PortSearch.Limited,
        DefaultStart = StartOffset.Random,
        RandomStart = StartOffset.Random,
        CommonIcmpSearch = true,
        SameOriginExempt = true,
        UdpStreamTimeout = 120,
        UdpStreamAfter2S = true,
    };

    private static readonly EraTraits V5_4 = V5_0 with { LookupSkipsDying = false };
    private static readonly EraTraits V5_6 = V5_4 with { Clash = ClashRule.InsertReply, ClashEntryDiesOnReply = true };
    private static readonly EraTraits V5_9 = V5_6 with { ClashEntryDiesOnReply = false };
    private static readonly EraTraits V5_10 = V5_9 with { ClashCounters = ClashCounters.ClashResolve, Statistics = StatisticsFormat.V5_10 };
    private static readonly EraTraits V5_14 = V5_10 with { Gc = GcSchedule.FullEvery120S, SynRefreshesTimer = false };
    private static readonly EraTraits V5_15 = V5_14 with
    {
        Hash = TableHash.SipHash48,
        BySourceHash = BySourceHash.SipHash32,
        ChainLimitMin = 8,
        ChainLimitSpread = 24,
        Statistics = StatisticsFormat.V5_15,
        MaxPerBucket = 1,
    };

    private static readonly EraTraits V5_17 = V5_15 with { UdpAssuredAfter2S = true, EarlyDropSparesOffloaded = false };
    private static readonly EraTraits V5_19 = V5_17 with { Gc = GcSchedule.Adaptive };
    private static readonly EraTraits V6_2 = V5_19 with { Hash = TableHash.SipHash4Words };
    private static readonly EraTraits V6_3 = V6_2 with { ChainLimitMin = 50, ChainLimitSpread = 30 };
    private static readonly EraTraits V6_5 = V6_3 with { Search = PortSearch.LimitedEvicting, Hash = TableHash.SipHash39, GreClash = true };
    private static readonly EraTraits V6_8 = V6_5 with { DnatStartsAtFirst = true };
    private static readonly EraTraits V6_12 = V6_8 with { OriginalFirst = OriginalFirst.ReverseExempt, Clash = ClashRule.MergeReverse };
    private static readonly EraTraits V6_16 = V6_12 with { OriginalFirst = OriginalFirst.ReverseExemptBothLookups };
    private static readonly EraTraits V6_18 = V6_16 with { OriginalFirst = OriginalFirst.ReverseExemptAnyDirection };

    private static readonly EraTraits V7_0 = V6_18 with { GenericClash = true };

    /// <summary>Every era, oldest first; stable series come after the mainline release they branched from.</summary>
    public static IReadOnlyList<Era> All { get; } =
    [
        new("2.6.32", "2.6.32 to 2.6.34", "rover; random is a keyed constant start; one global lock", V2_6_32),
        new("2.6.35", "2.6.35", "zones; salted by-source hash", V2_6_35),
        new("2.6.36", "2.6.36", "the last candidate of a search is handed out unchecked", V2_6_36),
        new("2.6.37", "2.6.37 to 3.0", "a single-port range is accepted unchecked", V2_6_37),
        new("3.1", "3.1 to 3.12", "own tuple first; lookup3 jhash", V3_1),
        new("3.13", "3.13", "IPv6 NAT pools; by-source hash of five words", V3_13),
        new("3.14", "3.14", "random-fully", V3_14),
        new("3.15", "3.15", "1024 table locks", V3_15),
        new("4.0", "4.0 to 4.3", "a dying entry is dropped at confirm", V4_0),
        new("4.4", "4.4 to 4.6", "zone leaves the by-source hash", V4_4),
        new("4.7", "4.7 to 4.8", "UDP clash resolution, without NAT only; drop counts lost races", V4_7),
        new("4.9", "4.9 to 4.10", "entry timers and most counters gone; gc worker", V4_9),
        new("4.9-lts", "4.9.300 and later 4.9.y", "rover removed, 248 attempts; random still keyed; same-origin rule", At(4, 9, 337, V4_9)),
        new("4.11", "4.11 to 4.12", "random is keyed by SipHash", V4_11),
        new("4.14", "4.13 to 4.17, early 4.14.y", "the article's kernels; by-source lookup tries every entry", V4_13),
        new("4.14-late", "4.14.173 to 4.14.264", "same-origin rule and merge of equal clashes, still a rover", At(4, 14, 200, V4_13)),
        new(
            "4.14-lts", "4.14.265 and later 4.14.y",
            "rover removed, 248 attempts; random still keyed, moves every 10 s",
            At(4, 14, 336, V4_13)),
        new("4.18", "4.18", "port offset; reversed ranges exchanged", V4_18),
        new("4.19", "4.19, the first 4.19.y", "equal UDP clashes merged", V4_19),
        new(
            "4.19-lts", "4.19.272 and later 4.19.y",
            "rover removed, 248 attempts; random still keyed, moves every 10 s",
            At(4, 19, 325, V4_19)),
        new("4.20", "4.20", "early drop examines eight buckets", V4_20),
        new("5.0", "5.0 to 5.3", "rover removed, 248 attempts; random = random-fully; same-origin rule", V5_0),
        new("5.4", "5.4 to 5.5", "dying entries are found again", V5_4),
        new("5.6", "5.6 to 5.8", "clashing UDP entries inserted in reply direction", V5_6),
        new("5.9", "5.9", "reply-only entries live their second out", V5_9),
        new("5.10", "5.10 to 5.13", "clash_resolve counter", V5_10),
        new("5.14", "5.14", "retransmitted SYNs do not extend an entry", V5_14),
        new("5.15", "5.15", "SipHash table, chain limit 8 to 31", V5_15),
        new("5.17", "5.16 to 5.17", "UDP is assured after 2 s only", V5_17),
        new("6.1", "5.18 to 6.1", "adaptive gc worker", V5_19),
        new("6.1-lts", "6.1.165 and later 6.1.y", "chain limit 50 to 79; clashes of unknown protocols resolved", At(6, 1, 187, V5_19)),
        new("6.2", "6.2", "SipHash over four words", V6_2),
        new("6.3", "6.3 to 6.4", "chain limit 50 to 79", V6_3),
        new("6.5", "6.5 to 6.7", "a port search may evict closing TCP entries", V6_5),
        new("6.8", "6.8 to 6.11", "DNAT starts at its first port again", V6_8),
        new(
            "6.12", "6.12 to 6.15.2, 6.12.y before 6.12.34",
            "flows that open each other are merged; the probe exempts them unless answered",
            V6_12),
        new(
            "6.12-lts", "6.12.75 and later 6.12.y",
            "the exemption asks both ways, and no direction test; unknown protocols resolved",
            At(6, 12, 107, V6_12)),
        new("6.16", "6.16 to 6.18.2, 6.15.3, 6.12.34 to 6.12.63", "the exemption looks for the resident in both directions", V6_16),
        new("6.18", "6.18.3 to 6.19, 6.12.64 to 6.12.74", "the exemption's direction test gone", V6_18),
        new("7.0", "7.0 to 7.1", "clashes of unknown protocols resolved", V7_0),
    ];

    /// <summary>The era with this name.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <returns>The era, or null.</returns>
    public static Era? Find(string name) => All.FirstOrDefault(era => era.Name == name);

    /// <summary>The era with this name, or the era of a kernel.</summary>
    /// <param name="name">
    /// A name of <see cref="All"/>, or a version string up to 7.1 such as <c>5.15.150</c> or <c>4.18.0-477.el8</c>.
    /// </param>
    /// <exception cref="ArgumentException">It is neither; the message lists the names.</exception>
    public static Era Get(string name) => Find(name)
        ?? (KernelRelease.TryParse(name, out KernelRelease? release) && release.Version >= Oldest && release.Version <= NewestRead
            ? Match(release).Era
            : throw new ArgumentException(
                $"unknown era '{name}': choose one of {string.Join(", ", All.Select(era => era.Name))}; or a kernel such as 5.15.150"));

    /// <summary>What a stable series has become at a point release.</summary>
    private static EraTraits At(int major, int minor, int patch, EraTraits origin) =>
        StableSeries.Find(new((ushort)major, (ushort)minor))!.At(origin, StableSeries.Build(patch));
}
