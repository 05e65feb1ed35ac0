using System.Reflection;

namespace NatAllocBench.Verification.Reading;

/// <summary>The vectors that the tests carry, embedded in this assembly.</summary>
internal sealed class EmbeddedVectors : IVectorSource
{
    private static readonly Assembly Home = typeof(EmbeddedVectors).Assembly;

    public IReadOnlyList<string> FileNames() =>
        [.. Home.GetManifestResourceNames().Where(name => name.EndsWith(".jsonl", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public IEnumerable<string> ReadLines(string fileName)
    {
        using var reader = new StreamReader(Home.GetManifestResourceStream(fileName)!);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
