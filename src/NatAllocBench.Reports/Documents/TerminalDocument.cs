using NatAllocBench.Reports.Tables;
using Spectre.Console;

namespace NatAllocBench.Reports.Documents;

/// <summary>Renders documents for a terminal.</summary>
public static class TerminalDocument
{
    /// <summary>Writes a document in the terminal's width.</summary>
    /// <param name="console">The terminal.</param>
    public static void Write(IAnsiConsole console, Document document)
    {
        foreach (DocumentPart part in document.Parts)
        {
            switch (part)
            {
                case DocumentPart.Heading heading:
                    console.WriteLine();
                    console.Write(new Text(PlainText.OneLine(heading.Text) + "\n", new Style(decoration: Decoration.Bold)));
                    break;
                case DocumentPart.Item item:
                    console.WriteLine($"- {PlainText.OneLine(item.Text)}");
                    break;
                case DocumentPart.Paragraph paragraph:
                    console.WriteLine(PlainText.OneLine(paragraph.Text));
                    break;
                case DocumentPart.Grid grid:
                    TerminalTable.Write(console, grid.Content with { Title = "" });
                    break;
            }
        }
    }
}
