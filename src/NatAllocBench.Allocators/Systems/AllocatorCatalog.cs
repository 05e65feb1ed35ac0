using NatAllocBench.Verification;

namespace NatAllocBench.Allocators.Systems;

/// <summary>Every allocator this project knows, found by looking for <see cref="IAllocatorFamily"/> in the assembly.</summary>
public static class AllocatorCatalog
{
    private static readonly IAllocatorFamily[] Families =
    [
        .. typeof(AllocatorCatalog).Assembly.GetTypes()
            .Where(type => type.IsClass && typeof(IAllocatorFamily).IsAssignableFrom(type))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (IAllocatorFamily)Activator.CreateInstance(type, nonPublic: true)!),
    ];

    /// <summary>All systems, family by family, oldest era first.</summary>
    public static IReadOnlyList<AllocatorSystem> All { get; } = [.. Families.SelectMany(family => family.Systems)];

    /// <summary>Names of the modes that any system is raced in.</summary>
    public static IReadOnlyList<string> Modes { get; } =
        [.. All.SelectMany(system => system.Racers).Select(racer => racer.Mode).Distinct()];

    /// <summary>The checks of all vectors, with the vectors that this assembly carries.</summary>
    public static VectorSuite Vectors { get; } =
        new([.. Families.SelectMany(family => family.Checks)], typeof(AllocatorCatalog).Assembly);
}
