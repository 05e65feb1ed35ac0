using System.Globalization;
using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Publishing;

/// <summary>
/// Keeps tables in Markdown files the same as the runs they come from. A block starts with the line
/// <c>&lt;!-- table:begin SOURCE --&gt;</c> and ends with <c>&lt;!-- table:end --&gt;</c>; SOURCE is a run's directory or file relative to
/// the Markdown file, and <c>SOURCE#TITLE</c> chooses another table than the run's first. <c>main SOURCE</c>
/// takes the table of at most six columns that the terminal shows. <c>ratios SOURCE</c> takes the ratios of a run of throughput.
/// <c>comparison-errors</c> is what was counted of false verdicts on every machine. <c>speed-targets</c> is every target of speed beside
/// what the newest published runs reached. <c>dropped</c> is what the rule that drops trials and rounds does to all published rates.
/// <c>newest NAME</c> is the newest published run of a preset or command.
/// </summary>
public static class ReadmeBlock
{
    private const string Begin = "<!-- table:begin ";
    private const string Main = "main ";
    private const string Ratios = "ratios ";
    private const string Newest = "newest ";
    private const string Results = "results";
    private const string Errors = "comparison-errors";
    private const string Targets = "speed-targets";
    private const string Dropped = "dropped";
    private const string BeginClose = " -->";
    private const string End = "<!-- table:end -->";

    /// <summary>Brings every block of a file up to date; the file is written whole, and only if it changes.</summary>
    /// <param name="markdownPath">The Markdown file.</param>
    /// <param name="root">
    /// The directory that sources may not leave, with the published runs in <c>results</c>; null for the file's own.
    /// </param>
    /// <param name="runs">What was read of the runs already, or null.</param>
    /// <returns>Whether the file changed.</returns>
    /// <exception cref="RunFormatException">A block is malformed, leaves the directory, or its run cannot be read.</exception>
    /// <exception cref="ResultsWriteException">The file cannot be written.</exception>
    public static bool Refresh(string markdownPath, string? root = null, PublishedRuns? runs = null) =>
        GeneratedText.Refresh(markdownPath, text => Render(text, DirectoryOf(markdownPath), root, runs));

    /// <summary>Whether every block of a file is what its run says; changes nothing.</summary>
    /// <param name="markdownPath">The Markdown file.</param>
    /// <param name="root">As for <see cref="Refresh"/>.</param>
    /// <param name="runs">As for <see cref="Refresh"/>.</param>
    /// <returns>True when <see cref="Refresh"/> would change nothing.</returns>
    /// <exception cref="RunFormatException">A block is malformed, leaves the directory, or its run cannot be read.</exception>
    public static bool IsCurrent(string markdownPath, string? root = null, PublishedRuns? runs = null) =>
        GeneratedText.IsCurrent(markdownPath, text => Render(text, DirectoryOf(markdownPath), root, runs));

    /// <summary>The text with every block generated again.</summary>
    /// <param name="markdown">The text of the Markdown file.</param>
    /// <param name="baseDirectory">The directory that sources are relative to.</param>
    /// <param name="root">As for <see cref="Refresh"/>.</param>
    /// <param name="runs">As for <see cref="Refresh"/>.</param>
    /// <returns>The new text; all else stays as it is.</returns>
    /// <exception cref="RunFormatException">A block is malformed, leaves the directory, or its run cannot be read.</exception>
    public static string Render(string markdown, string baseDirectory, string? root = null, PublishedRuns? runs = null)
    {
        runs ??= new PublishedRuns();
        StringBuilder result = new();
        int position = 0;
        while (markdown.IndexOf(Begin, position, StringComparison.Ordinal) is >= 0 and var begin)
        {
            int sourceStart = begin + Begin.Length;
            int sourceEnd = markdown.IndexOf(BeginClose, sourceStart, StringComparison.Ordinal);
            int end = sourceEnd < 0 ? -1 : markdown.IndexOf(End, sourceEnd, StringComparison.Ordinal);
            int next = sourceEnd < 0 ? -1 : markdown.IndexOf(Begin, sourceEnd, StringComparison.Ordinal);
            if (end < 0 || (next >= 0 && next < end))
            {
                string line = markdown[begin..Math.Min(markdown.Length, begin + 80)].Split('\n')[0];
                throw new RunFormatException($"a table block has no {End} after {line}");
            }

            string source = markdown[sourceStart..sourceEnd].Trim();
            _ = result.Append(markdown, position, sourceEnd + BeginClose.Length - position)
                .Append("\n\n").Append(Block(source, baseDirectory, root ?? baseDirectory, runs)).Append('\n').Append(End);
            position = end + End.Length;
        }

        return result.Append(markdown, position, markdown.Length - position).ToString();
    }

    private static string Block(string source, string baseDirectory, string root, PublishedRuns runs)
    {
        if (source == Errors)
        {
            return ErrorTables(root);
        }

        if (source == Targets)
        {
            return TargetTable(baseDirectory, PublishedEntries(root, runs));
        }

        if (source == Dropped)
        {
            return MarkdownTable.Render(
                DroppedTable.Build(PublishedEntries(root, runs).Select(entry => entry.Run).OfType<RunRecord<RaceCell>>()));
        }

        bool main = source.StartsWith(Main, StringComparison.Ordinal);
        bool ratios = source.StartsWith(Ratios, StringComparison.Ordinal);
        string[] parts = source[(main ? Main.Length : ratios ? Ratios.Length : 0)..].Split('#', 2);
        bool isNewest = parts[0].StartsWith(Newest, StringComparison.Ordinal);
        string name = isNewest ? parts[0][Newest.Length..].Trim() : "";
        (string place, RunRecord run) = isNewest
            ? NewestOf(name, PublishedEntries(root, runs))
                ?? throw new RunFormatException($"{Newest}{name}: no such run is published; measure it and publish it")
            : Read(Inside(parts[0], baseDirectory, root), runs);
        IReadOnlyList<ResultTable> tables = main ? MainTables.Of(run) : ratios ? SpeedRatios.Of(run) : RunTables.Build(run);
        ResultTable table = tables.FirstOrDefault(t => parts.Length == 1 || t.Title == parts[1])
            ?? throw new RunFormatException(
                $"{source}: the run has no such table; it has {string.Join(", ", tables.Select(t => t.Title))}");
        string directory = parts[0].EndsWith(".json", StringComparison.Ordinal) ? Path.GetDirectoryName(place)! : place;
        return $"{MarkdownTable.Render(table)}\nMeasured on {MarkdownText.Escape(RunSummary.Line(run))}: "
            + $"[whole run]({Link(directory, baseDirectory)}).\n";
    }

    private static string Link(string run, string baseDirectory) =>
        Path.GetRelativePath(baseDirectory, Path.Combine(run, RunReport.FileName)).Replace(Path.DirectorySeparatorChar, '/');

    // The targets, and below them a line for each run that they were measured in.
    private static string TargetTable(string baseDirectory, IReadOnlyList<PublishedEntry> published)
    {
        Dictionary<string, PublishedEntry?> newest = SpeedTargets.Runs.ToDictionary(name => name, name => NewestOf(name, published));
        IEnumerable<string> lines = newest.Select(run => run.Value is { } entry
            ? $"- [{run.Key}]({Link(entry.Place, baseDirectory)}): {MarkdownText.Escape(RunSummary.Line(entry.Run))}\n"
            : $"- {run.Key}: not published\n");
        ResultTable table = SpeedTargets.Build(name => (newest[name]?.Run as RunRecord<ThroughputCell>)?.Cells);
        return $"{MarkdownTable.Render(table)}\nMeasured in the runs\n\n{string.Concat(lines)}";
    }

    // A table for each machine on which verdicts were counted.
    private static string ErrorTables(string root)
    {
        string results = Path.Combine(Path.GetFullPath(root), Results);
        string[] files =
        [
            .. Directory.EnumerateDirectories(results)
                .Select(machine => Path.Combine(machine, ComparisonErrors.FileName))
                .Where(File.Exists),
        ];
        IEnumerable<string> tables = files.Order(StringComparer.Ordinal).Select(file =>
        {
            ComparisonErrors errors = ComparisonErrorsFile.Read(file);
            string commit = errors.MeasuredCommit is { } hash ? hash[..Math.Min(hash.Length, 10)] : "unknown";
            string day = errors.StartedUtc.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return $"{MarkdownTable.Render(ErrorTable.Build(errors))}\nCounted on {Path.GetFileName(Path.GetDirectoryName(file))}, {day}, "
                + $"commit {commit}. {ErrorTable.Targets(errors)}\n";
        });
        return files.Length == 0 ? "Not counted on any published machine yet.\n" : string.Join('\n', tables);
    }

    private static string Inside(string relative, string baseDirectory, string root)
    {
        string full = Path.GetFullPath(Path.Combine(Path.GetFullPath(baseDirectory), relative));
        string above = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar;
        return full.StartsWith(above, StringComparison.Ordinal)
            ? full
            : throw new RunFormatException(
                $"{relative}: a table's source must lie in the checkout of its Markdown file, or below the file's directory");
    }

    private static PublishedEntry? NewestOf(string name, IReadOnlyList<PublishedEntry> published) => published
        .Where(entry => entry.Run.Name == name)
        .OrderByDescending(entry => entry.Run.StartedUtc).ThenBy(entry => entry.Place, StringComparer.Ordinal)
        .FirstOrDefault();

    private static PublishedEntry[] PublishedEntries(string root, PublishedRuns runs) =>
        [.. new ResultsStore(Path.Combine(Path.GetFullPath(root), Results)).RunDirectories().Select(place => Read(place, runs))];

    private static PublishedEntry Read(string place, PublishedRuns runs) => new(place, runs.Read(place));

    private static string DirectoryOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>A run and where it is.</summary>
    private sealed record PublishedEntry(string Place, RunRecord Run);
}
