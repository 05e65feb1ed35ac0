using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Systems;

/// <summary>
/// A folder of this project: one system with its eras. <see cref="AllocatorSet"/> finds every class that implements it, with the paragraphs
/// (<c>page.md</c>) and vectors of its folder, so a new system needs no change elsewhere.
/// </summary>
internal interface IAllocatorFamily
{
    /// <summary>The system's eras, oldest first.</summary>
    IReadOnlyList<AllocatorSystem> Systems { get; }

    /// <summary>The checks of the system's vectors.</summary>
    IReadOnlyList<VectorCheck> Checks { get; }
}
