using NatAllocBench.Reports.Tables;

namespace NatAllocBench.Reports.Documents;

/// <summary>A text with headings, lists and tables, before it is rendered for a terminal, as Markdown or as JSON.</summary>
/// <param name="Parts">Its parts, in order.</param>
public sealed record Document(IReadOnlyList<DocumentPart> Parts);

/// <summary>A part of a document: plain text, not yet escaped for any target.</summary>
public abstract record DocumentPart
{
    /// <summary>A heading.</summary>
    /// <param name="Level">2 for the first level below the title.</param>
    /// <param name="Text">The heading.</param>
    public sealed record Heading(int Level, string Text) : DocumentPart;

    /// <summary>An item of a list.</summary>
    /// <param name="Text">The item.</param>
    public sealed record Item(string Text) : DocumentPart;

    /// <summary>A paragraph.</summary>
    /// <param name="Text">The paragraph.</param>
    public sealed record Paragraph(string Text) : DocumentPart;

    /// <summary>A table; its title is not printed, since a heading stands above it.</summary>
    /// <param name="Content">The table.</param>
    public sealed record Grid(ResultTable Content) : DocumentPart;
}
