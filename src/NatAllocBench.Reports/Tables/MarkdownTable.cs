using System.Text;

namespace NatAllocBench.Reports.Tables;

/// <summary>Renders tables as GitHub Markdown.</summary>
public static class MarkdownTable
{
    /// <summary>The table with its caption above it, without the title, ending in a line end.</summary>
    /// <returns>Markdown with LF line ends; all text is escaped.</returns>
    public static string Render(ResultTable table)
    {
        StringBuilder text = new();
        if (table.Caption.Length > 0)
        {
            _ = text.Append("In every row: ").Append(MarkdownText.Escape(table.Caption)).Append(".\n\n");
        }

        AppendRow(text, table.Columns.Select(c => MarkdownText.Escape(c.Heading)));
        AppendRow(text, table.Columns.Select(c => c.IsNumber ? "---:" : ":---"));
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            AppendRow(text, row.Select(MarkdownText.Escape));
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        _ = text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
