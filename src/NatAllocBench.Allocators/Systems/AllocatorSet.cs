using System.Reflection;
using NatAllocBench.Verification;

namespace NatAllocBench.Allocators.Systems;

/// <summary>
/// The allocators of one assembly, found by looking for <see cref="IAllocatorFamily"/>; their vectors and paragraphs come along.
/// </summary>
internal sealed class AllocatorSet
{
    private const string Page = "page.md";

    private readonly IAllocatorFamily[] _families;

    private AllocatorSet(Assembly assembly)
    {
        _families =
        [
            .. assembly.GetTypes()
                .Where(type => type.IsClass && typeof(IAllocatorFamily).IsAssignableFrom(type))
                .OrderBy(type => type.FullName, StringComparer.Ordinal)
                .Select(type => (IAllocatorFamily)Activator.CreateInstance(type, nonPublic: true)!),
        ];
        Systems = [.. _families.SelectMany(family => family.Systems)];
        Modes = [.. Systems.SelectMany(system => system.Racers).Select(racer => racer.Mode).Distinct()];
        Vectors = new VectorSuite([.. _families.SelectMany(family => family.Checks)], assembly);
    }

    /// <summary>The allocators that come with the program.</summary>
    public static AllocatorSet Program { get; } = Of(typeof(AllocatorSet).Assembly);

    /// <summary>All systems, family by family, oldest era first.</summary>
    public IReadOnlyList<AllocatorSystem> Systems { get; }

    /// <summary>Names of the modes that any system is raced in.</summary>
    public IReadOnlyList<string> Modes { get; }

    /// <summary>The checks of all vectors, with the vectors that the assembly carries.</summary>
    public VectorSuite Vectors { get; }

    /// <summary>The paragraphs about the systems, family by family: the file <c>page.md</c> beside each family class.</summary>
    /// <exception cref="InvalidOperationException">A folder has none.</exception>
    public IEnumerable<string> Paragraphs => _families.Select(family => Paragraph(family.GetType()));

    /// <summary>The allocators of an assembly.</summary>
    public static AllocatorSet Of(Assembly assembly) => new(assembly);

    private static string Paragraph(Type family)
    {
        using Stream stream = family.Assembly.GetManifestResourceStream(family, Page)
            ?? throw new InvalidOperationException(
                $"{family.FullName} has no {Page} in its folder: write what the system does in plain words");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Trim();
    }
}
