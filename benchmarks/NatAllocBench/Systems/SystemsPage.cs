using NatAllocBench.Allocators.Systems;
using NatAllocBench.Reports.Publishing;

namespace NatAllocBench.Systems;

/// <summary>
/// Keeps what a Markdown file says of every system the same as the systems' folders: the block between <c>&lt;!-- systems:begin NAME
/// --&gt;</c> and <c>&lt;!-- systems:end --&gt;</c>, where NAME is <c>paragraphs</c> or <c>left out</c>.
/// </summary>
internal static class SystemsPage
{
    private const string End = "<!-- systems:end -->";

    /// <summary>Brings a file up to date.</summary>
    /// <returns>Whether it changed.</returns>
    public static bool Refresh(string path, AllocatorSet systems) => GeneratedText.Refresh(path, text => Render(text, systems));

    /// <summary>Whether a file is up to date.</summary>
    public static bool IsCurrent(string path, AllocatorSet systems) => GeneratedText.IsCurrent(path, text => Render(text, systems));

    /// <summary>The text with its blocks generated again; all else stays as it is.</summary>
    public static string Render(string markdown, AllocatorSet systems) => Block(
        Block(markdown, "paragraphs", () => string.Join("\n\n", systems.Paragraphs)),
        "left out",
        () => LeftOut(systems));

    private static string Block(string markdown, string name, Func<string> content)
    {
        string begin = $"<!-- systems:begin {name} -->";
        int start = markdown.IndexOf(begin, StringComparison.Ordinal);
        int end = start < 0 ? -1 : markdown.IndexOf(End, start, StringComparison.Ordinal);
        return end < 0 ? markdown : $"{markdown[..(start + begin.Length)]}\n\n{content()}\n\n{markdown[end..]}";
    }

    private static string LeftOut(AllocatorSet systems) => string.Join(
        '\n',
        systems.Systems
            .GroupBy(system => (system.Product, system.LeftOut))
            .Select(group => $"| {string.Join(", ", group.Select(system => system.Name))} | {group.Key.LeftOut} |")
            .Prepend("| --- | --- |")
            .Prepend("| Systems | Left out |"));
}
