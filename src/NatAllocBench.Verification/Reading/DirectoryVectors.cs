namespace NatAllocBench.Verification.Reading;

/// <summary>The <c>*.jsonl</c> files of a directory.</summary>
internal sealed class DirectoryVectors(string directory) : IVectorSource
{
    public IReadOnlyList<string> FileNames()
    {
        if (!Directory.Exists(directory))
        {
            throw new VectorFormatException($"no directory '{directory}': name one that holds vector files (*.jsonl)");
        }

        string[] names =
            [.. Directory.EnumerateFiles(directory, "*.jsonl").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        return names.Length > 0
            ? names
            : throw new VectorFormatException($"no vector files (*.jsonl) in '{directory}'");
    }

    public IEnumerable<string> ReadLines(string fileName)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(directory, fileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VectorFormatException($"{fileName}: {e.Message}");
        }
    }
}
