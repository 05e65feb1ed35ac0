namespace NatAllocBench.Netfilter.Eras;

/// <summary>One backport: a change of behaviour that a stable series or a distribution took over after its base release.</summary>
/// <param name="Name">A short name, for example <c>chain-limit-50</c>.</param>
/// <param name="Text">What it changes, in words.</param>
/// <param name="Apply">The traits with it; the same traits where the model does not know the behaviour.</param>
/// <param name="IsModelled">Whether it changes a trait.</param>
public sealed record KernelChange(string Name, string Text, Func<EraTraits, EraTraits> Apply, bool IsModelled = true)
{
    /// <summary>The rover is gone, searches are limited to 248 attempts; <c>random</c> stays keyed.</summary>
    public static readonly KernelChange RoverGone = new(
        "no-rover",
        "rover removed, 248 attempts; random still starts at a keyed constant",
        traits => traits with { Search = PortSearch.Limited, DefaultStart = StartOffset.Random, SwapsReversedRange = true });

    /// <summary>The allocator of 5.0: <c>random</c> starts at random too.</summary>
    public static readonly KernelChange RandomIsRandom = new(
        "random-is-random",
        "the allocator of 5.0: random starts at random as random-fully does",
        traits => traits with { RandomStart = StartOffset.Random, CommonIcmpSearch = true });

    /// <summary>The keyed start of <c>random</c> changes every 10 s.</summary>
    public static readonly KernelChange TimeWord = new(
        "random-moves-every-10-s",
        "the keyed start of random moves every 10 s",
        traits => traits with { RandomStart = StartOffset.KeyedSipHashTimed });

    /// <summary>An entry with the same ORIGINAL tuple does not count as taken.</summary>
    public static readonly KernelChange SameOrigin = new(
        "same-origin", "an entry with the same ORIGINAL tuple does not count as taken",
        traits => traits with { SameOriginExempt = true });

    /// <summary>The same-origin rule compares zones; without directional zones nothing changes.</summary>
    public static readonly KernelChange ZoneTest =
        Unmodelled("zone-test", "the same-origin rule compares the zones of the ORIGINAL direction");

    /// <summary>Equal UDP clashes are merged under NAT.</summary>
    public static readonly KernelChange MergeEqual = new(
        "merge-equal", "equal UDP clashes are merged", traits => traits with
        {
            Clash = ClashRule.MergeEqual,
            ClashCounters = traits.ClashCounters == ClashCounters.InsertFailedOnly
                ? ClashCounters.MergeCountsAsFailed
                : traits.ClashCounters,
        });

    /// <summary>Clashing UDP entries are inserted in reply direction for a second.</summary>
    public static readonly KernelChange ReplyOnly = new(
        "reply-only", "clashing UDP entries are inserted in reply direction for 1 s",
        traits => traits with { Clash = ClashRule.InsertReply });

    /// <summary>A reply-only entry survives its first reply.</summary>
    public static readonly KernelChange ReplyOnlyLasts = new(
        "reply-only-lasts", "a reply-only entry lives its second out", traits => traits with { ClashEntryDiesOnReply = false });

    /// <summary>Resolved clashes count as <c>clash_resolve</c>.</summary>
    public static readonly KernelChange ClashResolve = new(
        "clash-resolve", "resolved clashes count as clash_resolve", traits => traits with { ClashCounters = ClashCounters.ClashResolve });

    /// <summary>Clashes of GRE are resolved.</summary>
    public static readonly KernelChange GreClash = new("gre-clash", "GRE clashes are resolved", traits => traits with { GreClash = true });

    /// <summary>Clashes of unknown protocols are resolved.</summary>
    public static readonly KernelChange GenericClash = new(
        "generic-clash", "clashes of unknown protocols are resolved", traits => traits with { GenericClash = true });

    /// <summary>Early drop walks on to the next bucket.</summary>
    public static readonly KernelChange EarlyDropWalks = new(
        "early-drop-walks", "early drop examines eight buckets instead of one",
        traits => traits with { EarlyDrop = EarlyDrop.EightBuckets });

    /// <summary>The collector walks the whole table every 120 s.</summary>
    public static readonly KernelChange FullScan = new(
        "gc-120-s", "the collector walks the whole table every 120 s", traits => traits with { Gc = GcSchedule.FullEvery120S });

    /// <summary>The collector's pause follows the entries' lifetimes.</summary>
    public static readonly KernelChange AdaptiveScan = new(
        "gc-adaptive", "the collector walks the whole table every 1 to 60 s", traits => traits with { Gc = GcSchedule.Adaptive });

    /// <summary>A retransmitted SYN does not extend its entry.</summary>
    public static readonly KernelChange SynNotRenewed = new(
        "syn-not-renewed", "retransmitted SYNs do not extend an entry", traits => traits with { SynRefreshesTimer = false });

    /// <summary>UDP is ASSURED only if the flow is older than 2 s.</summary>
    public static readonly KernelChange AssuredAfter2S = new(
        "assured-after-2-s", "UDP is ASSURED after 2 s only", traits => traits with { UdpAssuredAfter2S = true });

    /// <summary>Chain limits of 50 to 79 instead of 8 to 31.</summary>
    public static readonly KernelChange WideChains = new(
        "chain-limit-50", "chain limit 50 to 79 instead of 8 to 31", traits => traits with { ChainLimitMin = 50, ChainLimitSpread = 30 });

    /// <summary>A port search may evict closing TCP entries.</summary>
    public static readonly KernelChange Eviction = new(
        "eviction", "a port search may evict closing TCP entries", traits => traits with { Search = PortSearch.LimitedEvicting });

    /// <summary>The reverse exemption, first variant.</summary>
    public static readonly KernelChange ExemptFirst = new(
        "exemption-first",
        "the exact reverse of an untranslated flow does not count as taken, unless it was answered",
        traits => traits with { OriginalFirst = OriginalFirst.ReverseExempt });

    /// <summary>The reverse exemption, corrected variant.</summary>
    public static readonly KernelChange ExemptCorrected = new(
        "exemption-corrected",
        "the exemption looks for the resident in both directions, answered or not",
        traits => traits with { OriginalFirst = OriginalFirst.ReverseExemptBothLookups });

    /// <summary>The reverse exemption, last variant.</summary>
    public static readonly KernelChange ExemptLast = new(
        "exemption-last",
        "the exemption's direction test is gone",
        traits => traits with { OriginalFirst = OriginalFirst.ReverseExemptAnyDirection });

    /// <summary>Flows that open each other are merged, and dying residents take merges.</summary>
    public static readonly KernelChange MergeReverse = new(
        "merge-reverse", "flows that open each other are merged", traits => traits with { Clash = ClashRule.MergeReverse });

    /// <summary>The flag <c>random-fully</c> exists.</summary>
    public static readonly KernelChange RandomFully = new(
        "random-fully", "random-fully exists", traits => traits with { RandomFullyStart = StartOffset.Random });

    /// <summary>1024 locks instead of one.</summary>
    public static readonly KernelChange SplitLocks = new("1024-locks", "1024 table locks", traits => traits with { GlobalLock = false });

    /// <summary>Early drop takes the first entry it meets.</summary>
    public static readonly KernelChange EarlyDropFirstMet = new(
        "early-drop-first-met", "early drop takes the first unassured entry it meets",
        traits => traits with { EarlyDrop = EarlyDrop.FirstMet });

    /// <summary>The table of 5.15: SipHash, chain limit, one connection for each bucket.</summary>
    public static readonly KernelChange SipHashTable = new(
        "siphash-table", "SipHash tables, chain limit 8 to 31, one connection for each bucket", traits => traits with
        {
            Hash = TableHash.SipHash48,
            BySourceHash = BySourceHash.SipHash32,
            ChainLimitMin = 8,
            ChainLimitSpread = 24,
            MaxPerBucket = 1,
        });

    /// <summary>CONFIRMED is set after both nodes are linked; lookups see no difference.</summary>
    public static readonly KernelChange ConfirmedLast = Unmodelled("confirmed-last", "CONFIRMED is set after both nodes are linked");

    /// <summary>Confirm no longer checks the generation of extensions; entries of the model have none.</summary>
    public static readonly KernelChange NoGenerationCheck =
        Unmodelled("no-generation-check", "confirm does not check the extensions' generation");

    /// <summary>The client's ephemeral ports change with the time.</summary>
    public static readonly KernelChange ClientTimeWord = Unmodelled("client-time-word", "a client's first port moves every 10 s");

    /// <summary>The client's ephemeral ports have a table of hints.</summary>
    public static readonly KernelChange ClientTable =
        Unmodelled("client-table", "a client's ports come from a table of hints (table_perturb)");

    /// <summary>The client's table of hints has 65536 entries.</summary>
    public static readonly KernelChange ClientTableLarge =
        Unmodelled("client-table-65536", "the client's table of hints has 65536 entries");

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static KernelChange Unmodelled(string name, string text) => new(name, text, traits => traits, IsModelled: false);
}
