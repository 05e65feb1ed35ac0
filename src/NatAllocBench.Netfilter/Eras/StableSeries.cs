using static NatAllocBench.Netfilter.Eras.KernelChange;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>The kernel.org series that changed in the middle of their life. Builds are point releases.</summary>
internal static class StableSeries
{
    private const string NotRead = "no release of this series after its first was read";

    /// <summary>All such series, oldest first.</summary>
    public static IReadOnlyList<KernelLine> All { get; } =
    [
        Series(
            4, 4, 302,
            [],
            new OpenQuestion(
                Build(1), "no 4.4.y release after 4.4.0 was read; the rover's removal was sent to 4.9, 4.14 and 4.19 only.")),
        Series(
            4, 9, 337,
            [
                Within(EarlyDropWalks, 124, 154),
                Since(SameOrigin, 163, Evidence.Secondary, notIn: 154, readIn: 178),
                Since(ZoneTest, 258, Evidence.Review),
                Since(RoverGone, 300),
                Since(ClientTable, 337),
            ]),
        Series(
            4, 14, 336,
            [
                Within(EarlyDropWalks, 67, 98),
                Since(SameOrigin, 106, Evidence.Secondary, notIn: 98, readIn: 177),
                Since(MergeEqual, 173),
                Since(ZoneTest, 222, Evidence.Review),
                Since(RoverGone, 265),
                Within(TimeWord, 241, 280),
                Since(ClientTable, 282, Evidence.Review),
            ]),
        Series(4, 18, 20, [Since(EarlyDropWalks, 20)]),
        Series(
            4, 19, 325,
            [
                Since(EarlyDropWalks, 3),
                Since(SameOrigin, 29),
                Since(ZoneTest, 177, Evidence.Review),
                Since(FullScan, 206),
                Since(RoverGone, 228),
                Within(TimeWord, 222, 255),
                Since(ClientTable, 246, Evidence.Review),
                Since(SynNotRenewed, 272, Evidence.Review),
            ]),
        Series(4, 20, 0, [], new OpenQuestion(Build(1), NotRead + "; it may have the same-origin rule.", SameOrigin)),
        Series(
            5, 4, 291,
            [
                Since(ZoneTest, 99),
                Since(FullScan, 144),
                Since(AssuredAfter2S, 160),
                Since(ClientTimeWord, 195),
                Since(ClientTable, 197),
                Since(ClientTableLarge, 201),
                Since(SynNotRenewed, 231),
            ]),
        Series(5, 8, 8, [Since(ReplyOnlyLasts, 8)]),
        Series(
            5, 10, 262,
            [
                Since(ZoneTest, 17),
                Since(FullScan, 62),
                Since(AssuredAfter2S, 80),
                Since(ClientTimeWord, 117),
                Since(ClientTable, 119),
                Since(ClientTableLarge, 125),
                Since(SynNotRenewed, 166),
                Since(GenericClash, 252),
            ]),
        Series(
            5, 15, 178,
            [
                Since(AssuredAfter2S, 3),
                Since(AdaptiveScan, 34),
                Since(ClientTable, 41, Evidence.Review),
                Since(WideChains, 103),
            ]),
        Series(5, 17, 9, [Since(ClientTimeWord, 9)]),
        Series(6, 1, 187, [Since(WideChains, 20), Since(ConfirmedLast, 147), Since(GenericClash, 165)]),
        Series(6, 2, 7, [Since(WideChains, 7, Evidence.Review)]),
        Series(
            6, 6, 94,
            [Since(ExemptFirst, 57, Evidence.Review), Since(ExemptCorrected, 94, Evidence.Review)],
            new OpenQuestion(
                Build(95), "changes of 6.6.y after 6.6.94 are not known; it may have the exemption's last variant.", ExemptLast)),
        Series(
            6, 11, 4,
            [Since(ExemptFirst, 4)],
            new OpenQuestion(Build(4), "whether 6.11.y merges flows that open each other is not known.", MergeReverse)),
        Series(
            6, 12, 107,
            [
                Since(ExemptCorrected, 34),
                Since(ConfirmedLast, 40),
                Since(ExemptLast, 64),
                Since(GenericClash, 75),
                Since(NoGenerationCheck, 97),
            ]),
        Series(6, 15, 3, [Since(ExemptCorrected, 3, Evidence.Review)]),
        Series(6, 18, 3, [Since(ExemptLast, 3)]),
    ];

    /// <summary>The series of a release, or null where none is listed.</summary>
    /// <param name="version">A kernel.org release.</param>
    public static KernelLine? Find(KernelVersion version) =>
        All.FirstOrDefault(line => (line.Base.Major, line.Base.Minor) == (version.Major, version.Minor));

    internal static BuildNumber Build(int patch) => BuildNumber.Parse(patch.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static KernelLine Series(ushort major, ushort minor, int newest, Backport[] backports, params OpenQuestion[] open) =>
        new($"{major}.{minor}.y", new KernelVersion(major, minor), Build(newest), backports, open);

    private static Backport Since(
        KernelChange change, int patch, Evidence evidence = Evidence.Source, int notIn = 0, int readIn = 0) =>
        new(change, Build(patch), evidence, readIn == 0 ? null : Build(notIn), readIn == 0 ? null : Build(readIn));

    private static Backport Within(KernelChange change, int notIn, int readIn) =>
        new(change, null, Evidence.Source, Build(notIn), Build(readIn));
}
