using Spectre.Console;

namespace NatAllocBench.Reporting;

/// <summary>Renders tables for a terminal.</summary>
public static class TerminalTable
{
    // The simple border puts a blank on each side of a text.
    private const int Padding = 2;

    /// <summary>
    /// Writes a table with its title and caption. Where the terminal is too narrow for all columns, further parts with the rest follow,
    /// each with the columns that name the rows.
    /// </summary>
    /// <param name="console">The terminal.</param>
    /// <param name="table">The table.</param>
    public static void Write(IAnsiConsole console, ResultTable table)
    {
        console.WriteLine(PlainText.OneLine(table.Title));
        if (table.Caption.Length > 0)
        {
            console.WriteLine($"In every row: {PlainText.OneLine(table.Caption)}.");
        }

        foreach (int[] columns in Parts(table, console.Profile.Width))
        {
            console.Write(Grid(table, columns));
        }
    }

    private static IEnumerable<int[]> Parts(ResultTable table, int width)
    {
        int[] keys = [.. Enumerable.Range(0, table.KeyColumns)];
        int keyWidth = keys.Sum(c => WidthOf(table, c));
        List<int> part = [.. keys];
        int used = keyWidth;
        for (int column = table.KeyColumns; column < table.Columns.Count; column++)
        {
            int needed = WidthOf(table, column);
            if (used + needed > width && part.Count > keys.Length)
            {
                yield return [.. part];
                part = [.. keys];
                used = keyWidth;
            }

            part.Add(column);
            used += needed;
        }

        yield return [.. part];
    }

    private static int WidthOf(ResultTable table, int column) =>
        Padding + Math.Max(table.Columns[column].Heading.Length, table.Rows.Select(r => r[column].Length).DefaultIfEmpty().Max());

    private static Table Grid(ResultTable table, int[] columns)
    {
        Table grid = new() { Border = TableBorder.Simple };
        foreach (int column in columns)
        {
            Spectre.Console.TableColumn header = new(new Text(PlainText.OneLine(table.Columns[column].Heading)));
            _ = grid.AddColumn(table.Columns[column].IsNumber ? header.RightAligned() : header.LeftAligned());
        }

        foreach (IReadOnlyList<string> row in table.Rows)
        {
            _ = grid.AddRow(columns.Select(c => new Text(PlainText.OneLine(row[c]))));
        }

        return grid;
    }
}
