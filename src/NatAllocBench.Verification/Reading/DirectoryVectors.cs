namespace NatAllocBench.Verification.Reading;

/// <summary>The vector files of a directory.</summary>
internal sealed class DirectoryVectors(string directory) : IVectorSource
{
    public IReadOnlyList<string> FileNames()
    {
        if (!Directory.Exists(directory))
        {
            throw new VectorFormatException($"no directory '{directory}': name one that holds vector files (*.jsonl, *.jsonl.gz)");
        }

        string[] names =
            [
                .. Directory.EnumerateFiles(directory)
                    .Select(path => Path.GetFileName(path))
                    .Where(VectorFile.IsOne)
                    .Order(StringComparer.Ordinal),
            ];
        return names.Length > 0
            ? names
            : throw new VectorFormatException($"no vector files (*.jsonl, *.jsonl.gz) in '{directory}'");
    }

    public IEnumerable<string> ReadLines(string fileName)
    {
        try
        {
            return [.. VectorFile.ReadLines(File.OpenRead(Path.Combine(directory, fileName)), fileName)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new VectorFormatException($"{fileName}: {e.Message}");
        }
    }
}
