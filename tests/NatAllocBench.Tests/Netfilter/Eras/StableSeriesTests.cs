using System.Globalization;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Netfilter.Eras;

/// <summary>
/// The changes of every kernel.org series and distribution kernel as the specification lists them (sections 11.2 and 11.3), against the
/// catalog. A row is the change, the build that brought it, and, where the sources leave a gap, <c>[last without, first with]</c>; A, B
/// and C are the specification's classes of evidence.
/// </summary>
public sealed class StableSeriesTests
{
    private const string Published = """
        4.4.y
        4.9.y: early-drop-walks [124, 154] A; same-origin 163 [154, 178] C; zone-test 258 B; no-rover 300 A; client-table 337 A
        4.14.y: early-drop-walks [67, 98] A; same-origin 106 [98, 177] C; merge-equal 173 A; zone-test 222 B; no-rover 265 A; random-moves-every-10-s [241, 280] A; client-table 282 B
        4.18.y: early-drop-walks 20 A
        4.19.y: early-drop-walks 3 A; same-origin 29 A; zone-test 177 B; gc-120-s 206 A; no-rover 228 A; random-moves-every-10-s [222, 255] A; client-table 246 B; syn-not-renewed 272 B
        4.20.y
        5.4.y: zone-test 99 A; gc-120-s 144 A; assured-after-2-s 160 A; client-time-word 195 A; client-table 197 A; client-table-65536 201 A; syn-not-renewed 231 A
        5.8.y: reply-only-lasts 8 A
        5.10.y: zone-test 17 A; gc-120-s 62 A; assured-after-2-s 80 A; client-time-word 117 A; client-table 119 A; client-table-65536 125 A; syn-not-renewed 166 A; generic-clash 252 A
        5.15.y: assured-after-2-s 3 A; gc-adaptive 34 A; client-table 41 B; chain-limit-50 103 A
        5.17.y: client-time-word 9 A
        6.1.y: chain-limit-50 20 A; confirmed-last 147 A; generic-clash 165 A
        6.2.y: chain-limit-50 7 B
        6.6.y: exemption-first 57 B; exemption-corrected 94 B
        6.11.y: exemption-first 4 A
        6.12.y: exemption-corrected 34 A; confirmed-last 40 A; exemption-last 64 A; generic-clash 75 A; no-generation-check 97 A
        6.15.y: exemption-corrected 3 B
        6.18.y: exemption-last 3 A
        Ubuntu 4.15.0: merge-equal 56 A; same-origin 56 A; early-drop-walks 56 A; zone-test 143 A; no-rover 176 A; random-moves-every-10-s 190 A; client-table 190 A
        Ubuntu 5.4.0: zone-test 71 A; gc-120-s 90 A; assured-after-2-s 97 A; client-table 126 A; syn-not-renewed 147 A
        Ubuntu 5.15.0: assured-after-2-s 12 A; gc-adaptive 28 A; chain-limit-50 72 A
        Ubuntu 6.8.0
        RHEL 6
        RHEL 7: random-fully [0, 514] A; 1024-locks [0, 514] A; early-drop-first-met [0, 514] A; no-rover [514, 1127] A; same-origin [514, 1127] A; merge-equal [514, 1127] A
        RHEL 8: merge-equal 0 A; same-origin 0 A; early-drop-walks 0 A; no-rover 193 A; reply-only 193.14.2 A; clash-resolve 193.28.1 A until 194; random-is-random 240 A; clash-resolve 240.10.1 A; zone-test 348 A; syn-not-renewed 348 A; eviction 513 A; gre-clash 513 A; client-table 513 A
        RHEL 9: siphash-table 0 A; gc-adaptive 162 A; chain-limit-50 [284.30.1, 362.8.1] A; eviction [284.30.1, 362.8.1] A; gre-clash [284.30.1, 362.8.1] A
        RHEL 10
        """;

    public static TheoryData<string> ModelledChanges => [.. Lines.SelectMany(line => line.Backports
        .Where(backport => backport.Change.IsModelled && backport.Since is { } since && since > BuildNumber.Parse("0"))
        .Select(backport => $"{line.Name}: {backport.Change.Name} {backport.Since}"))];

    private static IEnumerable<KernelLine> Lines => [.. StableSeries.All, .. DistributionKernels.Ubuntu, .. DistributionKernels.RedHat];

    [Fact]
    public void Every_series_has_the_changes_of_the_specification_and_no_others() =>
        Assert.Equal(Published.ReplaceLineEndings("\n").Split('\n'), Lines.Select(Describe));

    [Theory]
    [MemberData(nameof(ModelledChanges))]
    public void A_change_is_in_its_build_and_not_in_the_one_before(string row)
    {
        KernelLine line = Lines.Single(candidate => row.StartsWith(candidate.Name + ":", StringComparison.Ordinal));
        string[] words = row[(line.Name.Length + 2)..].Split(' ');
        Backport backport = line.Backports.Single(b => b.Change.Name == words[0] && b.Since.ToString() == words[1]);
        BuildNumber since = backport.Since!.Value;
        EraTraits origin = EraCatalog.Mainline(line.Base).Traits;

        Assert.False(backport.IsIn(Before(since)));
        Assert.True(backport.IsIn(since));
        EraTraits with = line.At(origin, since);
        Assert.NotEqual(line.At(origin, Before(since)), with);
        Assert.Equal(with, backport.Change.Apply(with));
    }

    private static BuildNumber Before(BuildNumber build)
    {
        string[] parts = build.ToString().Split('.');
        CultureInfo invariant = CultureInfo.InvariantCulture;
        parts[^1] = (int.Parse(parts[^1], invariant) - 1).ToString(invariant);
        return BuildNumber.Parse(string.Join('.', parts));
    }

    private static string Describe(KernelLine line) => line.Backports.Count == 0
        ? line.Name
        : $"{line.Name}: {string.Join("; ", line.Backports.Select(Describe))}";

    private static string Describe(Backport backport) => backport.Change.Name
        + (backport.Since is { } since ? $" {since}" : "")
        + (backport.NotIn is { } without ? $" [{without}, {backport.ReadIn}]" : "")
        + " " + "ABC"[(int)backport.Evidence]
        + (backport.Until is { } until ? $" until {until}" : "");
}
