namespace NatAllocBench.Netfilter.Eras;

/// <summary>How sure it is in which build a change came.</summary>
public enum Evidence
{
    /// <summary>The source itself, a release announcement or a changelog that names the build.</summary>
    Source,

    /// <summary>The review mails of the build, or a source tree on one side only.</summary>
    Review,

    /// <summary>A secondary source, or inference.</summary>
    Secondary,
}

/// <summary>A change and the build that brought it to a line of kernels.</summary>
/// <param name="Since">First build with it; null where only <paramref name="NotIn"/> and <paramref name="ReadIn"/> are known.</param>
/// <param name="Evidence">How sure that build is.</param>
/// <param name="NotIn">Newest build that was read without it, where <paramref name="Since"/> is not certain.</param>
/// <param name="ReadIn">Oldest build that was read with it, where <paramref name="Since"/> is not certain.</param>
/// <param name="Until">First build without it again, for a branch of a line; null if it stays.</param>
public sealed record Backport(
    KernelChange Change,
    BuildNumber? Since,
    Evidence Evidence,
    BuildNumber? NotIn = null,
    BuildNumber? ReadIn = null,
    BuildNumber? Until = null)
{
    /// <summary>Whether a build has the change, as far as is known; within an uncertain gap without a named build, yes.</summary>
    public bool IsIn(BuildNumber build) =>
        (Since is { } since ? build >= since : build > NotIn!.Value) && (Until is not { } until || build < until);

    /// <summary>Whether the sources are silent about a build.</summary>
    public bool IsUncertain(BuildNumber build) => NotIn is { } without && ReadIn is { } with && build > without && build < with;

    /// <summary>Whether all that is known before <see cref="ReadIn"/> is that the release at the base has not got it.</summary>
    public bool OnlyTheBaseLacksIt => NotIn is { } without && without <= BuildNumber.Parse("0");

    /// <summary>The build in words, for example <c>since 173</c> or <c>since some build between 98 and 177</c>.</summary>
    public string Origin => (Since, NotIn, ReadIn) switch
    {
        ({ } since, { } without, { } with) => $"since {since}, read in {with} but not in {without}",
        ({ } since, _, _) => since <= BuildNumber.Parse("0") ? "from its first build" : $"since {since}",
        _ => OnlyTheBaseLacksIt ? $"at {ReadIn} or before" : $"since some build between {NotIn} and {ReadIn}",
    };

    /// <summary>The evidence in words; empty where it is the source.</summary>
    public string EvidenceText => Evidence switch
    {
        Evidence.Source => "",
        Evidence.Review => "by the review mails of that build",
        _ => "by a secondary source or inference",
    };
}

/// <summary>What is not known about a line of kernels from some build on.</summary>
/// <param name="Since">First build that the question is about.</param>
/// <param name="Text">The question, a sentence.</param>
/// <param name="Maybe">Changes that such a build may have in addition; none where nothing is known.</param>
public sealed record OpenQuestion(BuildNumber Since, string Text, params IReadOnlyList<KernelChange> Maybe);

/// <summary>A line of kernels that share a base release and take over changes: a kernel.org series or a distribution's kernel.</summary>
/// <param name="Name">Its name, for example <c>4.14.y</c> or <c>Ubuntu 5.15.0</c>.</param>
/// <param name="Base">The mainline release it began as.</param>
/// <param name="Newest">The newest build that was read or reviewed.</param>
/// <param name="Backports">The changes it took over; of two that set one trait the later one stands later.</param>
/// <param name="Open">What is not known.</param>
public sealed record KernelLine(
    string Name, KernelVersion Base, BuildNumber Newest, IReadOnlyList<Backport> Backports, IReadOnlyList<OpenQuestion> Open)
{
    /// <summary>The base's traits with everything that a build took over.</summary>
    /// <param name="traits">The base's traits.</param>
    /// <param name="doubted">Whether changes that are uncertain in this build count; null: as the line says.</param>
    public EraTraits At(EraTraits traits, BuildNumber build, bool? doubted = null) => Backports
        .Where(backport => doubted is { } counts && backport.IsUncertain(build) ? counts : backport.IsIn(build))
        .Aggregate(traits, (sofar, backport) => backport.Change.Apply(sofar));
}
