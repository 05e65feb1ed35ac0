using NatAllocBench.Verification;

namespace NatAllocBench.Allocators.Systems;

/// <summary>Every allocator that comes with the program: <see cref="AllocatorSet.Program"/>.</summary>
public static class AllocatorCatalog
{
    /// <inheritdoc cref="AllocatorSet.Systems"/>
    public static IReadOnlyList<AllocatorSystem> All => AllocatorSet.Program.Systems;

    /// <inheritdoc cref="AllocatorSet.Vectors"/>
    public static VectorSuite Vectors => AllocatorSet.Program.Vectors;
}
