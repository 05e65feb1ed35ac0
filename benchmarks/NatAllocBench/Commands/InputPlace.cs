using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>Looks at files that are to be read before they are opened.</summary>
internal static class InputPlace
{
    /// <summary>Refuses what is no regular file.</summary>
    /// <param name="path">A file, or a directory whose files are read.</param>
    /// <param name="name">The option or argument that names it.</param>
    public static void RequireRegular(string path, string name)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path)] : [path];
        if (Array.Find(files, FileKind.IsSpecial) is { } special)
        {
            throw new UsageException($"{name}: {special} {FileKind.Refusal}");
        }
    }
}
