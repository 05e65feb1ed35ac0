using static NatAllocBench.Netfilter.Eras.KernelChange;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>
/// Kernels of distributions whose version string does not tell the kernel.org point release. Ubuntu's builds are ABI numbers, Red Hat's the
/// numbers after the dash.
/// </summary>
internal static class DistributionKernels
{
    /// <summary>Ubuntu's generic kernels.</summary>
    public static IReadOnlyList<KernelLine> Ubuntu { get; } =
    [
        Line(
            "Ubuntu 4.15.0", new(4, 15), "213",
            [
                Since(MergeEqual, "56"), Since(SameOrigin, "56"), Since(EarlyDropWalks, "56"), Since(ZoneTest, "143"),
                Since(RoverGone, "176"), Since(TimeWord, "190"), Since(ClientTable, "190"),
            ]),
        Line(
            "Ubuntu 5.4.0", new(5, 4), "216",
            [
                Since(ZoneTest, "71"), Since(FullScan, "90"), Since(AssuredAfter2S, "97"), Since(ClientTable, "126"),
                Since(SynNotRenewed, "147"),
            ]),
        Line(
            "Ubuntu 5.15.0", new(5, 15), "139",
            [Since(AssuredAfter2S, "12"), Since(AdaptiveScan, "28"), Since(WideChains, "72")]),
        Line(
            "Ubuntu 6.8.0", new(6, 8), "0",
            [],
            new OpenQuestion(
                BuildNumber.Parse("0"),
                "the sources of Ubuntu 6.8.0 were not read; it may have the reverse exemption of 6.6.57.", ExemptFirst)),
    ];

    /// <summary>Ubuntu's kernels for Azure, of which two changes are known.</summary>
    public static IReadOnlyList<KernelLine> UbuntuAzure { get; } =
    [
        Azure(new(4, 15), "1030"),
        Azure(new(4, 18), "1006"),
    ];

    /// <summary>Kernels of Red Hat Enterprise Linux and its rebuilds.</summary>
    public static IReadOnlyList<KernelLine> RedHat { get; } =
    [
        Line(
            "RHEL 6", new(2, 6, 32), "754",
            [],
            new OpenQuestion(BuildNumber.Parse("0"), "of RHEL 6 the build -754 was read; its other builds were not.")),
        Line(
            "RHEL 7", new(3, 10), "1160.59.1",
            [
                Within(RandomFully, "0", "514"), Within(SplitLocks, "0", "514"), Within(EarlyDropFirstMet, "0", "514"),
                Within(RoverGone, "514", "1127"), Within(SameOrigin, "514", "1127"), Within(MergeEqual, "514", "1127"),
            ],
            new OpenQuestion(
                BuildNumber.Parse("0"),
                "of RHEL 7 the builds -514, -1127, -1160 and -1160.59.1 were read; the by-source hash was not.")),
        Line(
            "RHEL 8", new(4, 18), "513",
            [
                Since(MergeEqual, "0"), Since(SameOrigin, "0"), Since(EarlyDropWalks, "0"), Since(RoverGone, "193"),
                Since(ReplyOnly, "193.14.2"),
                new(ClashResolve, BuildNumber.Parse("193.28.1"), Evidence.Source, Until: BuildNumber.Parse("194")),
                Since(RandomIsRandom, "240"), Since(ClashResolve, "240.10.1"), Since(ZoneTest, "348"), Since(SynNotRenewed, "348"),
                Since(Eviction, "513"), Since(GreClash, "513"), Since(ClientTable, "513"),
            ],
            new OpenQuestion(BuildNumber.Parse("193.14.2"), "whether the first reply ends a reply-only entry of RHEL 8 was not read."),
            new OpenQuestion(BuildNumber.Parse("514"), "builds of RHEL 8 after -513 are not listed.")),
        Line(
            "RHEL 9", new(5, 14), "362.8.1",
            [
                Since(SipHashTable, "0"), Since(AdaptiveScan, "162"), Within(WideChains, "284.30.1", "362.8.1"),
                Within(Eviction, "284.30.1", "362.8.1"), Within(GreClash, "284.30.1", "362.8.1"),
            ],
            new OpenQuestion(
                BuildNumber.Parse("363"), "RHEL 9.4 and later were not read; they may have the reverse exemption.", ExemptFirst)),
        Line(
            "RHEL 10", new(6, 12), "0",
            [],
            new OpenQuestion(
                BuildNumber.Parse("0"), "which changes of 6.12.34 and 6.12.64 RHEL 10 carries is not known.", ExemptCorrected, ExemptLast)),
    ];

    private static readonly OpenQuestion AmazonReplyOnly = new(
        BuildNumber.Parse("0"), "Amazon states that its 5.4 kernels have reply-only insertion from about May 2021 on.", ReplyOnly);

    private static readonly OpenQuestion AmazonMergeEqual = new(
        BuildNumber.Parse("0"), "the merge of equal entries in 4.14.173 came from Amazon, whose earlier kernels may have it.", MergeEqual);

    /// <summary>What Amazon may have added to its kernels before or beyond kernel.org.</summary>
    public static OpenQuestion[] AmazonAdded(KernelVersion version) => (version.Major, version.Minor) switch
    {
        (5, 4) => [AmazonReplyOnly],
        (4, 14) when version.Patch < 173 => [AmazonMergeEqual],
        _ => [],
    };

    private static KernelLine Azure(KernelVersion version, string build) => Line(
        $"Ubuntu {version}.0 for Azure", version, build,
        [
            new(MergeEqual, BuildNumber.Parse(build), Evidence.Secondary), new(SameOrigin, BuildNumber.Parse(build), Evidence.Secondary),
        ],
        new OpenQuestion(
            BuildNumber.Parse("0"),
            "only two changes of this kernel are known; its rover may be gone, as in the generic kernel of 2022.", RoverGone));

    private static KernelLine Line(
        string name, KernelVersion version, string newest, Backport[] backports, params OpenQuestion[] open) =>
        new(name, version, BuildNumber.Parse(newest), backports, open);

    private static Backport Since(KernelChange change, string build) => new(change, BuildNumber.Parse(build), Evidence.Source);

    private static Backport Within(KernelChange change, string notIn, string readIn) =>
        new(change, null, Evidence.Source, BuildNumber.Parse(notIn), BuildNumber.Parse(readIn));
}
