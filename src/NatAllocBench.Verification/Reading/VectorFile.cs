using System.IO.Compression;

namespace NatAllocBench.Verification.Reading;

/// <summary>A vector file: JSON lines, plain (<c>*.jsonl</c>) or compressed (<c>*.jsonl.gz</c>).</summary>
internal static class VectorFile
{
    private const string Plain = ".jsonl";
    private const string Compressed = ".jsonl.gz";

    public static bool IsOne(string name) =>
        name.EndsWith(Plain, StringComparison.Ordinal) || name.EndsWith(Compressed, StringComparison.Ordinal);

    /// <summary>Reads and closes the stream of a file of that name.</summary>
    public static IEnumerable<string> ReadLines(Stream stream, string name)
    {
        using Stream plain = name.EndsWith(Compressed, StringComparison.Ordinal)
            ? new GZipStream(stream, CompressionMode.Decompress)
            : stream;
        using var reader = new StreamReader(plain);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
