using System.Text.Encodings.Web;
using System.Text.Json;
using NatAllocBench.Reports.Tables;

namespace NatAllocBench.Reports.Documents;

/// <summary>Renders the tables of documents as JSON, for scripts.</summary>
public static class JsonTables
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Writes <c>{"remarks": [TEXT, …], "tables": [{"title", "caption", "columns": [HEADING, …], "rows": [[TEXT, …], …]}, …]}</c>; the
    /// title of a table is the heading above it.
    /// </summary>
    /// <param name="output">Where to; it is left open.</param>
    public static void Write(Document document, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        Texts(writer, "remarks", document.Parts.Select(Remark).OfType<string>());
        writer.WriteStartArray("tables");
        string title = "";
        foreach (DocumentPart part in document.Parts)
        {
            title = part is DocumentPart.Heading heading ? heading.Text : title;
            if (part is DocumentPart.Grid grid)
            {
                Table(writer, title, grid.Content);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string? Remark(DocumentPart part) => part switch
    {
        DocumentPart.Item item => item.Text,
        DocumentPart.Paragraph paragraph => paragraph.Text,
        _ => null,
    };

    private static void Table(Utf8JsonWriter writer, string title, ResultTable table)
    {
        writer.WriteStartObject();
        writer.WriteString("title", title);
        writer.WriteString("caption", table.Caption);
        Texts(writer, "columns", table.Columns.Select(column => column.Heading));
        writer.WriteStartArray("rows");
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            writer.WriteStartArray();
            foreach (string text in row)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
