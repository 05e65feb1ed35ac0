namespace NatAllocBench.Netfilter.Eras;

/// <summary>
/// From a version string to an era: the mainline era of the first two numbers, then every change of the series or of the distribution
/// kernel up to its build. Where the sources are silent about the build, both answers are given.
/// </summary>
internal static class EraMatcher
{
    private const string UnknownBackports = "distribution kernel, backports unknown";

    public static EraMatch Match(KernelRelease release)
    {
        KernelVersion version = release.Version;
        BuildNumber point = StableSeries.Build(version.Patch);
        KernelLine? series = StableSeries.Find(version);
        switch (release.Vendor)
        {
            case KernelVendor.KernelOrg:
                return OfBuild(release, series, point, [.. Newer(version), .. Beyond(series, point), .. Unread(release, series)], []);
            case KernelVendor.Debian or KernelVendor.AzureLinux or KernelVendor.Amazon when version.Patch != 0:
                return OfBuild(
                    release, series, point,
                    [$"taken as kernel.org {version}, which its version string names; the distribution may carry more."],
                    release.Vendor == KernelVendor.Amazon ? DistributionKernels.AmazonAdded(version) : []);
            case KernelVendor.DebianAbi:
                return OfUnknownBuild(
                    release, series, "Debian's number after the dash is no point release; uname -v tells it, as in 'Debian 6.1.140-1'.");
            case KernelVendor.Ubuntu:
                return OfDistribution(release, DistributionKernels.Ubuntu);
            case KernelVendor.UbuntuAzure:
                return OfDistribution(release, DistributionKernels.UbuntuAzure);
            case KernelVendor.RedHat:
                return OfDistribution(release, DistributionKernels.RedHat);
            case KernelVendor.UbuntuFlavour:
                return OfUnknownBuild(
                    release,
                    DistributionKernels.Ubuntu.FirstOrDefault(line => Same(line.Base, version)) ?? series,
                    UnknownBackports + ": this flavour of Ubuntu counts its builds on its own.");
            case KernelVendor.Other when version.Patch != 0:
                return OfBuild(
                    release, series, point,
                    [UnknownBackports + $": taken as kernel.org {version}; whoever built it may have added to it.", .. Newer(version)], []);
            default:
                return OfUnknownBuild(release, series, UnknownBackports + ".");
        }
    }

    private static EraMatch OfDistribution(KernelRelease release, IReadOnlyList<KernelLine> lines)
    {
        KernelLine? line = lines.FirstOrDefault(candidate => Same(candidate.Base, release.Version));
        return line is not null && release.Build is { } build
            ? OfBuild(release, line, build, [.. Beyond(line, build)], [])
            : OfUnknownBuild(release, StableSeries.Find(release.Version), UnknownBackports + ": this one is not listed.");
    }

    /// <summary>The build is known: the base with what it took over.</summary>
    private static EraMatch OfBuild(
        KernelRelease release, KernelLine? line, BuildNumber build, IReadOnlyList<string> cautions, OpenQuestion[] own)
    {
        Era origin = EraCatalog.Mainline(line?.Base ?? release.Version);
        if (line is null && own.Length == 0)
        {
            return new EraMatch(release, origin, origin, null, [], cautions, []);
        }

        Backport[] present = line is null ? [] : [.. line.Backports.Where(backport => backport.IsIn(build))];
        EraTraits traits = line?.At(origin.Traits, build) ?? origin.Traits;
        OpenQuestion[] open = [.. (line?.Open ?? []).Where(question => build >= question.Since), .. own];
        var candidates = new List<EraCandidate>();
        Backport[] doubted = line is null ? [] : [.. line.Backports.Where(backport => backport.IsUncertain(build))];
        string names = string.Join(", ", doubted.Where(backport => backport.Change.IsModelled).Select(backport => backport.Change.Name));
        if (names.Length > 0)
        {
            foreach ((string when, bool counts) in ((string, bool)[])[("without " + names, false), ("with " + names, true)])
            {
                candidates.Add(new(when, Named(release, origin, line!.At(origin.Traits, build, counts), when)));
            }
        }

        foreach (OpenQuestion question in open.Where(question => question.Maybe.Count > 0))
        {
            candidates.AddRange(Maybe(release, origin, traits, question));
        }

        Era era = Named(release, origin, traits, string.Join(", ", present.Where(b => b.Change.IsModelled).Select(b => b.Change.Name)));
        return new EraMatch(
            release, era, origin, line, present,
            [.. cautions, .. Doubts(line, build), .. open.Select(question => question.Text)],
            [.. candidates.DistinctBy(candidate => candidate.Era.Traits)]);
    }

    private static IEnumerable<EraCandidate> Maybe(KernelRelease release, Era origin, EraTraits traits, OpenQuestion question)
    {
        string names = string.Join(", ", question.Maybe.Select(change => change.Name));
        yield return new($"without {names}", Named(release, origin, traits, "as far as known"));
        foreach (KernelChange change in question.Maybe)
        {
            yield return new($"with {change.Name}", Named(release, origin, change.Apply(traits), "with " + change.Name));
        }
    }

    /// <summary>Nobody knows the build: the newest that was read, and as candidates the oldest and the newest.</summary>
    private static EraMatch OfUnknownBuild(KernelRelease release, KernelLine? line, string caution)
    {
        Era origin = EraCatalog.Mainline(new KernelVersion(release.Version.Major, release.Version.Minor));
        if (line is null)
        {
            return new EraMatch(
                release, origin, origin, null, [], [caution, .. Newer(release.Version), "the answer is that of the mainline release."], []);
        }

        Era newest = Named(release, origin, line.At(origin.Traits, line.Newest), $"as {line.Name} at {line.Newest}");
        IEnumerable<EraCandidate> maybe = line.Open.Where(question => question.Maybe.Count > 0)
            .SelectMany(question => Maybe(release, origin, newest.Traits, question).Skip(1));
        return new EraMatch(
            release, newest, origin, line, [.. line.Backports.Where(backport => backport.IsIn(line.Newest))],
            [
                caution,
                $"the answer is that of the newest build read, {line.Name} at {line.Newest}.",
                .. line.Open.Select(question => question.Text),
            ],
            [new($"as the first build of {line.Name}", origin), new($"as {line.Name} at {line.Newest}", newest), .. maybe]);
    }

    /// <summary>The era of the catalog with these traits, or one of the kernel's own.</summary>
    private static Era Named(KernelRelease release, Era origin, EraTraits traits, string changes)
    {
        if (traits == origin.Traits)
        {
            return origin;
        }

        Era[] same = [.. EraCatalog.All.Where(era => era.Traits == traits)];
        return same.LastOrDefault(era => Same(era.Version, release.Version))
            ?? same.LastOrDefault()
            ?? new Era(release.Text, release.Text, $"{origin.Name} with {changes}", traits);
    }

    private static IEnumerable<string> Doubts(KernelLine? line, BuildNumber build)
    {
        foreach (Backport backport in line?.Backports ?? [])
        {
            if (backport.IsUncertain(build))
            {
                yield return $"{backport.Change.Name}: "
                    + (backport.OnlyTheBaseLacksIt
                        ? $"not in the release that {line!.Name} is based on, in {line.Name} at {backport.ReadIn}; "
                        : $"not in {line!.Name} at {backport.NotIn}, in it at {backport.ReadIn}; ")
                    + "between them the sources are silent"
                    + (backport.Since is { } since ? $" ({since} {backport.EvidenceText})." : ".");
            }
            else if (backport.Change.IsModelled && backport.Evidence != Evidence.Source && backport.Since is { } known)
            {
                yield return $"{backport.Change.Name}: in {line!.Name} since {known}, {backport.EvidenceText}.";
            }
        }
    }

    private static IEnumerable<string> Beyond(KernelLine? line, BuildNumber build)
    {
        if (line is not null && build > line.Newest && !line.Open.Any(question => build >= question.Since && question.Since > line.Newest))
        {
            yield return $"{line.Name} was followed up to {line.Newest}; later builds may have more.";
        }
    }

    /// <summary>The series before 4.4 were read at their first release alone.</summary>
    private static IEnumerable<string> Unread(KernelRelease release, KernelLine? series)
    {
        KernelVersion version = release.Version;
        if (series is null && version.Patch != 0 && version.Major >= 3 && (version.Major, version.Minor).CompareTo((4, 4)) < 0)
        {
            string first = $"{version.Major}.{version.Minor}";
            yield return $"no {first}.y release after {first} was read; the answer is that of the first.";
        }
    }

    private static IEnumerable<string> Newer(KernelVersion version)
    {
        if ((version.Major, version.Minor).CompareTo((EraCatalog.NewestRead.Major, EraCatalog.NewestRead.Minor)) > 0)
        {
            yield return $"releases after {EraCatalog.NewestRead} were not read; this is the newest era known.";
        }
    }

    private static bool Same(KernelVersion a, KernelVersion b) => (a.Major, a.Minor) == (b.Major, b.Minor);
}
