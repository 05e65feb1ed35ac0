using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Reports.Publishing;

/// <summary>
/// Keeps tables in Markdown files the same as the runs they come from. A block starts with the line
/// <c>&lt;!-- table:begin SOURCE --&gt;</c> and ends with <c>&lt;!-- table:end --&gt;</c>; SOURCE is a run's directory or file relative to
/// the Markdown file, and <c>SOURCE#TITLE</c> chooses another table than the run's first. <c>main SOURCE</c>
/// takes the table of at most six columns that the terminal shows.
/// </summary>
public static class ReadmeBlock
{
    private const string Begin = "<!-- table:begin ";
    private const string Main = "main ";
    private const string BeginClose = " -->";
    private const string End = "<!-- table:end -->";

    /// <summary>Brings every block of a file up to date; the file is written whole, and only if it changes.</summary>
    /// <param name="markdownPath">The Markdown file.</param>
    /// <returns>Whether the file changed.</returns>
    /// <exception cref="RunFormatException">A block is malformed, leaves the directory, or its run cannot be read.</exception>
    /// <exception cref="ResultsWriteException">The file cannot be written.</exception>
    public static bool Refresh(string markdownPath)
    {
        string before = Load(markdownPath);
        string after = Render(before, Path.GetDirectoryName(Path.GetFullPath(markdownPath))!);
        if (before == after)
        {
            return false;
        }

        AtomicFile.Write(markdownPath, Encoding.UTF8.GetBytes(after));
        return true;
    }

    /// <summary>Whether every block of a file is what its run says; changes nothing.</summary>
    /// <param name="markdownPath">The Markdown file.</param>
    /// <returns>True when <see cref="Refresh"/> would change nothing.</returns>
    /// <exception cref="RunFormatException">A block is malformed, leaves the directory, or its run cannot be read.</exception>
    public static bool IsCurrent(string markdownPath)
    {
        string text = Load(markdownPath);
        return text == Render(text, Path.GetDirectoryName(Path.GetFullPath(markdownPath))!);
    }

    /// <summary>The text with every block generated again.</summary>
    /// <param name="markdown">The text of the Markdown file.</param>
    /// <param name="baseDirectory">The directory that sources are relative to and may not leave.</param>
    /// <returns>The new text; all else stays as it is.</returns>
    /// <exception cref="RunFormatException">A block is malformed, leaves the directory, or its run cannot be read.</exception>
    public static string Render(string markdown, string baseDirectory)
    {
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
                .Append("\n\n").Append(Block(source, baseDirectory)).Append('\n').Append(End);
            position = end + End.Length;
        }

        return result.Append(markdown, position, markdown.Length - position).ToString();
    }

    private static string Block(string source, string baseDirectory)
    {
        bool main = source.StartsWith(Main, StringComparison.Ordinal);
        string[] parts = source[(main ? Main.Length : 0)..].Split('#', 2);
        RunRecord run = SoundRun.ReadFile(Inside(parts[0], baseDirectory));
        IReadOnlyList<ResultTable> tables = main ? MainTables.Of(run) : RunTables.Build(run);
        ResultTable table = tables.FirstOrDefault(t => parts.Length == 1 || t.Title == parts[1])
            ?? throw new RunFormatException(
                $"{source}: the run has no such table; it has {string.Join(", ", tables.Select(t => t.Title))}");
        bool isFile = parts[0].EndsWith(".json", StringComparison.Ordinal);
        string link = (isFile ? parts[0][..(parts[0].LastIndexOf('/') + 1)] : parts[0].TrimEnd('/') + "/") + RunReport.FileName;
        return $"{MarkdownTable.Render(table)}\nMeasured on {MarkdownText.Escape(RunSummary.Line(run))}: [whole run]({link}).\n";
    }

    private static string Inside(string relative, string baseDirectory)
    {
        string root = Path.GetFullPath(baseDirectory);
        string full = Path.GetFullPath(Path.Combine(root, relative));
        return full.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new RunFormatException($"{relative}: a table's source must lie below the directory of its Markdown file");
    }

    private static string Load(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{path}: cannot be read: {AtomicFile.Reason(e)}", e);
        }
    }
}
