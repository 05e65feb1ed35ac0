using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Store;

/// <summary>
/// The directory of published runs: <c>MACHINE/YYYYMMDD-COMMIT-NAME/</c> (see <see cref="MachineIdentity"/>) with <c>run.json</c> and what
/// is generated from it, where NAME is the name given to the run, the preset or the command. A second run of the same name, day and commit
/// gets a counter.
/// </summary>
public sealed partial class ResultsStore
{
    /// <summary>Names a store; nothing is created before a run is published.</summary>
    /// <param name="root">The <c>results</c> directory.</param>
    public ResultsStore(string root) => Root = root;

    /// <summary>The <c>results</c> directory.</summary>
    public string Root { get; }

    /// <summary>Where a run belongs, relative to <see cref="Root"/>, with forward slashes and without the counter.</summary>
    /// <returns>Two segments of lower-case letters, digits, dots and dashes.</returns>
    public static string DirectoryOf(RunRecord run)
    {
        string date = run.StartedUtc.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        string commit = Slug(run.MeasuredCommit is { } hash ? hash[..Math.Min(hash.Length, 10)] : "uncommitted");
        return $"{MachineIdentity.Of(run.Machine)}/{date}-{commit}-{Slug(run.Name)}";
    }

    /// <summary>Whether a directory is the one that a run belongs in, with or without a counter.</summary>
    /// <returns>True when its last two segments are those of <see cref="DirectoryOf"/>.</returns>
    public static bool IsDirectoryOf(string directory, RunRecord run)
    {
        DirectoryInfo info = new(directory);
        string expected = DirectoryOf(run);
        return $"{info.Parent?.Name}/{info.Name}" == expected
            || $"{info.Parent?.Name}/{CounterPattern().Replace(info.Name, "")}" == expected;
    }

    /// <summary>Writes a run and what is generated from it as a new directory that appears whole or not at all.</summary>
    /// <param name="generated">The generated files by name.</param>
    /// <returns>The path of the new directory.</returns>
    /// <exception cref="ResultsWriteException">The target cannot be written; the message names it and the ways out.</exception>
    /// <exception cref="RunFormatException">The run cannot be expressed as JSON.</exception>
    public string Add(RunRecord run, IReadOnlyDictionary<string, byte[]> generated)
    {
        byte[] json = RunFormat.Write(run);
        string target = Path.Combine(Root, DirectoryOf(run).Replace('/', Path.DirectorySeparatorChar));
        string parent = Path.GetDirectoryName(target)!;
        string staging = Leftovers.Mark(Path.Combine(parent, ".staging-"));
        try
        {
            Directory.CreateDirectory(staging);
            try
            {
                AtomicFile.Write(Path.Combine(staging, RunFormat.FileName), json);
                foreach ((string name, byte[] content) in generated)
                {
                    AtomicFile.Write(Path.Combine(staging, name), content);
                }

                return MoveToFreeName(staging, target);
            }
            finally
            {
                if (Directory.Exists(staging))
                {
                    Directory.Delete(staging, recursive: true);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ResultsWriteException)
        {
            Exception cause = e is ResultsWriteException { InnerException: { } inner } ? inner : e;
            throw new ResultsWriteException(
                $"cannot write results under {Root}: {AtomicFile.Reason(cause)}; name another directory with --out or use --no-save",
                cause);
        }
    }

    /// <summary>The directories of the runs in the store, in ordinal order of their paths.</summary>
    /// <returns>Directories two levels below <see cref="Root"/> that hold a <see cref="RunFormat.FileName"/>.</returns>
    public IReadOnlyList<string> RunDirectories() => !Directory.Exists(Root)
        ? []
        : [.. Directory.EnumerateDirectories(Root, "*", WithoutLinks()).SelectMany(RunsIn).Order(StringComparer.Ordinal)];

    /// <summary>Where a run is in the store already.</summary>
    /// <returns>The directory that holds the same run, byte for byte, or null.</returns>
    public string? Find(RunRecord run)
    {
        byte[] content = RunFormat.Write(run);
        return RunDirectories().FirstOrDefault(directory => IsDirectoryOf(directory, run)
            && RunFormat.ReadBytes(Path.Combine(directory, RunFormat.FileName)).AsSpan().SequenceEqual(content));
    }

    /// <summary>Removes what killed processes left in a directory of runs.</summary>
    /// <param name="root">The directory.</param>
    /// <returns>What was removed.</returns>
    public static IReadOnlyList<string> RemoveLeftovers(string root) =>
    [
        .. Leftovers.Remove(root),
        .. Directory.EnumerateDirectories(root, "*", WithoutLinks()).SelectMany(machine => Leftovers.Remove(machine)
            .Concat(RunsIn(machine).SelectMany(Leftovers.Remove))),
    ];

    /// <summary>The directories of the runs of one machine.</summary>
    /// <param name="machine">A directory.</param>
    /// <returns>Directories right below it that hold a <see cref="RunFormat.FileName"/>, in ordinal order.</returns>
    public static IReadOnlyList<string> RunsIn(string machine) =>
    [
        .. Directory.EnumerateDirectories(machine, "*", WithoutLinks())
            .Where(directory => Directory.EnumerateFiles(directory, RunFormat.FileName, WithoutLinks()).Any())
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Links are not followed: a contribution must not make a command read or write outside of it. Nor are hidden leftovers.
    /// </summary>
    /// <returns>Options for enumerating files and directories.</returns>
    public static EnumerationOptions WithoutLinks() =>
        new() { AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System };

    private static string MoveToFreeName(string staging, string target)
    {
        foreach (string candidate in FreeName.Candidates(target))
        {
            try
            {
                Directory.Move(staging, candidate);
                return candidate;
            }
            catch (IOException) when (Path.Exists(candidate))
            {
                // Another run took the name in between: try the next one.
            }
        }

        throw new UnreachableException("there is always another name");
    }

    /// <summary>A text as a part of a file name.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Lower-case letters, digits, dots and dashes, at most 60.</returns>
    public static string Slug(string text)
    {
        StringBuilder slug = new();
        foreach (char c in text)
        {
            bool plain = char.IsAsciiLetterOrDigit(c) || (c == '.' && slug.Length > 0 && slug[^1] != '-');
            if (plain)
            {
                _ = slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                _ = slug.Append('-');
            }
        }

        string trimmed = slug.ToString(0, Math.Min(slug.Length, 60)).Trim('-', '.');
        return trimmed.Length > 0 ? trimmed : "unknown";
    }

    [GeneratedRegex("-[0-9]+$")]
    private static partial Regex CounterPattern();
}
