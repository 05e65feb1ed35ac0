using Spectre.Console;

namespace NatAllocBench.Reporting;

/// <summary>Renders tables for a terminal.</summary>
public static class TerminalTable
{
    /// <summary>Writes a table with its title and caption.</summary>
    /// <param name="console">The terminal; its width decides where cells wrap.</param>
    /// <param name="table">The table.</param>
    public static void Write(IAnsiConsole console, ResultTable table)
    {
        Table grid = new() { Border = TableBorder.Simple };
        foreach (TableColumn column in table.Columns)
        {
            AddColumn(grid, column);
        }

        foreach (IReadOnlyList<string> row in table.Rows)
        {
            _ = grid.AddRow(row.Select(text => new Text(Printable(text))));
        }

        console.WriteLine(Printable(table.Title));
        if (table.Caption.Length > 0)
        {
            console.WriteLine($"In every row: {Printable(table.Caption)}.");
        }

        console.Write(grid);
    }

    private static void AddColumn(Table grid, TableColumn column)
    {
        Spectre.Console.TableColumn header = new(new Text(Printable(column.Heading)));
        _ = grid.AddColumn(column.IsNumber ? header.RightAligned() : header.LeftAligned());
    }

    // A run read from a file may carry escape sequences: none of them reaches the terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
