namespace NatAllocBench.Netfilter.Eras;

/// <summary>The era of a kernel, and what could make the answer wrong.</summary>
/// <param name="Version">The kernel.</param>
/// <param name="Era">Its era.</param>
/// <param name="Cautions">Reasons for doubt, in sentences.</param>
public sealed record EraMatch(KernelVersion Version, Era Era, IReadOnlyList<string> Cautions);
