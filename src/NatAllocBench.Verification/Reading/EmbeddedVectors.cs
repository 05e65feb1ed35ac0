using System.Reflection;

namespace NatAllocBench.Verification.Reading;

/// <summary>The vectors that the tests carry, embedded in this assembly and in the <paramref name="others"/>.</summary>
internal sealed class EmbeddedVectors(params Assembly[] others) : IVectorSource
{
    private readonly Dictionary<string, Assembly> _homes = others
        .Prepend(typeof(EmbeddedVectors).Assembly)
        .SelectMany(home => home.GetManifestResourceNames().Where(VectorFile.IsOne).Select(name => (name, home)))
        .ToDictionary(pair => pair.name, pair => pair.home);

    public IReadOnlyList<string> FileNames() => [.. _homes.Keys.Order(StringComparer.Ordinal)];

    public IEnumerable<string> ReadLines(string fileName) =>
        VectorFile.ReadLines(_homes[fileName].GetManifestResourceStream(fileName)!, fileName);
}
