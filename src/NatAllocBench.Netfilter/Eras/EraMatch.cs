namespace NatAllocBench.Netfilter.Eras;

/// <summary>The era of a kernel, how it was found, and what could make the answer wrong.</summary>
/// <param name="Release">The kernel.</param>
/// <param name="Era">Its era: one of the catalog if that has the same traits, else the base with what the kernel took over.</param>
/// <param name="Base">The mainline era that it began as.</param>
/// <param name="Line">The series or distribution kernel whose changes were applied, or null.</param>
/// <param name="Backports">The changes that it has beyond <paramref name="Base"/>.</param>
/// <param name="Cautions">Reasons for doubt, in sentences.</param>
/// <param name="Candidates">What it may be where the sources are silent; none where they are not.</param>
public sealed record EraMatch(
    KernelRelease Release,
    Era Era,
    Era Base,
    KernelLine? Line,
    IReadOnlyList<Backport> Backports,
    IReadOnlyList<string> Cautions,
    IReadOnlyList<EraCandidate> Candidates)
{
    /// <summary>The leading numbers of the kernel.</summary>
    public KernelVersion Version => Release.Version;
}

/// <summary>One of the eras that a kernel may be.</summary>
/// <param name="When">On which condition, in words.</param>
public sealed record EraCandidate(string When, Era Era);
