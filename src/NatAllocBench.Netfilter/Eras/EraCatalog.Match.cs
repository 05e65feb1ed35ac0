namespace NatAllocBench.Netfilter.Eras;

/// <content>Which era a kernel is, stable backports included.</content>
public static partial class EraCatalog
{
    private static readonly KernelVersion Oldest = new(2, 6, 32);
    private static readonly KernelVersion NewestRead = new(7, 1);

    /// <summary>Stable series that changed era in the middle of their life: series, first patch level, era.</summary>
    private static readonly (KernelVersion Since, string Era)[] StableChanges =
    [
        (new(4, 9, 300), "4.9-lts"),
        (new(4, 14, 177), "4.14-late"),
        (new(4, 14, 265), "4.14-lts"),
        (new(4, 19, 228), "4.19-lts"),
        (new(6, 1, 176), "6.1-lts"),
        (new(6, 12, 38), "6.16"),
        (new(6, 12, 107), "6.12-lts"),
    ];

    /// <summary>Finds the era of a kernel by its release number.</summary>
    /// <param name="version">The kernel.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kernel is older than 2.6.32.</exception>
    public static EraMatch Match(KernelVersion version)
    {
        if (version < Oldest)
        {
            throw new ArgumentOutOfRangeException(nameof(version), $"the oldest era is {Oldest}");
        }

        // An era starts at the first release it lists; 6.1 is named after its best known release but starts at 5.19.
        Era era = All.Last(candidate => !candidate.Name.Contains('-') && FirstRelease(candidate) <= version);
        foreach ((KernelVersion since, string name) in StableChanges)
        {
            if ((since.Major, since.Minor) == (version.Major, version.Minor) && version >= since)
            {
                era = Get(name);
            }
        }

        return new EraMatch(version, era, [.. Cautions(version)]);
    }

    private static KernelVersion FirstRelease(Era era) => KernelVersion.Parse(era.Releases.Split(' ', ',')[0]);

    private static IEnumerable<string> Cautions(KernelVersion version)
    {
        if (version > NewestRead)
        {
            yield return $"releases after {NewestRead} were not read; this is the newest era known.";
        }

        if (version.Major == 4 && version.Minor is 9 or 14 or 19)
        {
            yield return "the stable series 4.9, 4.14 and 4.19 lost their rover in February 2022 (4.9.300, 4.14.265, 4.19.228).";
        }

        if ((version.Major, version.Minor) == (4, 14))
        {
            yield return "the same-origin rule was read in 4.14.177; the exact patch level of its arrival is not known.";
        }

        if ((version.Major, version.Minor) == (6, 1))
        {
            yield return "the chain limit of 50 to 79 was read in 6.1.176; earlier patch levels may have it too.";
        }

        if ((version.Major, version.Minor) == (6, 6))
        {
            yield return "late 6.6.y has the reverse-clash exemption of 6.12 as well; the patch level is not known.";
        }

        yield return "distribution kernels carry further backports under an older number; ask the distribution's changelog for "
            + "'remove l4 protocol port rovers' and 'limit port clash resolution attempts'.";
    }
}
