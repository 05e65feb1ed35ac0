using System.CommandLine;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>
/// Looks at where output is to go before anything is measured: a name that cannot be written is refused, a missing parent too, since it is
/// more often a slip of the pen than a wish. What a killed process left there is removed and named.
/// </summary>
internal static class OutputPlace
{
    /// <summary>A directory of runs, made if only itself is missing.</summary>
    public static void PrepareDirectory(string directory, string option, bool makeParents)
    {
        RequireName(directory, option, "directory");
        string full = Path.GetFullPath(directory);
        if (Path.Exists(full) && !Directory.Exists(full))
        {
            throw new UsageException($"{option}: {directory} is a file; name a directory");
        }

        if (!makeParents)
        {
            RequireParent(full, directory, option);
        }

        Try(directory, option, () =>
        {
            _ = Directory.CreateDirectory(full);
            RequireWritable(full);
        });
        Name(ResultsStore.RemoveLeftovers(full));
    }

    /// <summary>A directory of something else than runs, made if only itself is missing.</summary>
    /// <returns>The directory.</returns>
    public static string RequireDirectory(string directory, string option)
    {
        RequireName(directory, option, "directory");
        string full = Path.GetFullPath(directory);
        if (Path.Exists(full) && !Directory.Exists(full))
        {
            throw new UsageException($"{option}: {directory} is a file; name a directory");
        }

        RequireParent(full, directory, option);
        Try(directory, option, () => Directory.CreateDirectory(full));
        return directory;
    }

    /// <summary>A file, which may also be a device or a pipe.</summary>
    public static void PrepareFile(string path, string option)
    {
        RequireName(path, option, "file");
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
        {
            throw new UsageException($"{option}: {path} is a directory; name a file");
        }

        if (FileKind.IsSpecial(path))
        {
            return;
        }

        RequireParent(Path.GetFullPath(path), path, option);
        Try(path, option, () =>
        {
            string parent = Path.GetDirectoryName(Path.GetFullPath(FileKind.Target(path)))!;
            RequireWritable(parent);
            Name(Leftovers.Remove(parent));
        });
    }

    /// <summary>The files that options name, where they name one.</summary>
    public static void PrepareFiles(ParseResult parsed, params ReadOnlySpan<Option<string?>> options)
    {
        foreach (Option<string?> option in options)
        {
            if (parsed.GetValue(option) is { } path)
            {
                PrepareFile(path, option.Name);
            }
        }
    }

    private static void RequireName(string path, string option, string what)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new UsageException($"{option}: the name is empty; name a {what}");
        }
    }

    private static void RequireParent(string full, string path, string option)
    {
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(full)) is { } parent && !Directory.Exists(parent))
        {
            throw new UsageException($"{option}: cannot write {path}: there is no directory {parent}; make it first");
        }
    }

    private static void RequireWritable(string directory)
    {
        string probe = Leftovers.Mark(Path.Combine(directory, ".writable-"));
        using (File.Create(probe, 1, FileOptions.DeleteOnClose))
        {
        }
    }

    private static void Try(string path, string option, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option}: cannot write {path} ({AtomicFile.Reason(e)}); name another place or use --no-save");
        }
    }

    private static void Name(IReadOnlyList<string> removed)
    {
        foreach (string path in removed)
        {
            Console.Error.WriteLine($"removed {path}, which a killed run left behind");
        }
    }
}
