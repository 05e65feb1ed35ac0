using System.Text;
using NatAllocBench.Reports.Tables;

namespace NatAllocBench.Reports.Documents;

/// <summary>Renders documents as GitHub Markdown.</summary>
public static class MarkdownDocument
{
    /// <summary>The document as Markdown.</summary>
    /// <returns>Markdown with LF line ends; all text is escaped.</returns>
    public static string Render(Document document)
    {
        StringBuilder text = new();
        DocumentPart? before = null;
        foreach (DocumentPart part in document.Parts)
        {
            _ = text.Append(before is null || (before is DocumentPart.Item && part is DocumentPart.Item) ? "" : "\n").Append(Render(part));
            before = part;
        }

        return text.ToString();
    }

    private static string Render(DocumentPart part) => part switch
    {
        DocumentPart.Heading heading => $"{new string('#', heading.Level)} {MarkdownText.Escape(heading.Text)}\n",
        DocumentPart.Item item => $"- {MarkdownText.Escape(item.Text)}\n",
        DocumentPart.Paragraph paragraph => $"{MarkdownText.Escape(paragraph.Text)}\n",
        DocumentPart.Grid grid => MarkdownTable.Render(grid.Content),
        _ => throw new ArgumentException($"no Markdown for {part.GetType().Name}", nameof(part)),
    };
}
