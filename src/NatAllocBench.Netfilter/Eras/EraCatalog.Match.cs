namespace NatAllocBench.Netfilter.Eras;

/// <content>Which era a mainline or kernel.org release is.</content>
public static partial class EraCatalog
{
    private static readonly KernelVersion Oldest = new(2, 6, 32);

    /// <summary>The newest release that was read.</summary>
    public static KernelVersion NewestRead { get; } = new(7, 1);

    /// <summary>Finds the era of a kernel by its version string. A distribution's string is never taken for a mainline release.</summary>
    /// <param name="release">The version string, as of <c>uname -r</c>.</param>
    /// <exception cref="FormatException">The text is no version string.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The kernel is older than 2.6.32.</exception>
    public static EraMatch Match(string release) => Match(KernelRelease.Parse(release));

    /// <inheritdoc cref="Match(string)"/>
    public static EraMatch Match(KernelRelease release) => release.Version < Oldest
        ? throw new ArgumentOutOfRangeException(nameof(release), $"the oldest era is {Oldest}")
        : EraMatcher.Match(release);

    /// <summary>The mainline era of a release.</summary>
    /// <param name="version">The release, not older than 2.6.32.</param>
    // An era starts at the first release it lists; 6.1 is named after its best known release but starts at 5.18.
    internal static Era Mainline(KernelVersion version) =>
        All.Last(candidate => !candidate.Name.Contains('-', StringComparison.Ordinal) && FirstRelease(candidate) <= version);

    private static KernelVersion FirstRelease(Era era) => KernelVersion.Parse(era.Releases.Split(' ', ',')[0]);
}
