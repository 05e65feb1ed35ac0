using Spectre.Console;

namespace NatAllocBench.Reports.Tables;

/// <summary>Renders tables for a terminal.</summary>
public static class TerminalTable
{
    // Blanks between two columns; one is enough where a table fits with it that does not fit with two.
    private const int UsualGap = 2;
    private const int NarrowGap = 1;

    // Shorter bars show nothing, longer ones no more.
    private const int MinBar = 6;
    private const int MaxBar = 30;

    /// <summary>
    /// Writes a table with its title and caption. Where the terminal is too narrow for all columns, further parts with the rest follow,
    /// each with the columns that name the rows.
    /// </summary>
    /// <param name="console">The terminal.</param>
    public static void Write(IAnsiConsole console, ResultTable table)
    {
        if (table.Title.Length > 0)
        {
            console.WriteLine(PlainText.OneLine(table.Title));
        }

        if (table.Caption.Length > 0)
        {
            console.WriteLine($"In every row: {PlainText.OneLine(table.Caption)}.");
        }

        int gap = GapFor(table, console.Profile.Width);
        foreach (int[] columns in Parts(table, console.Profile.Width, gap))
        {
            console.Write(Grid(table, columns, BarsFor(console, table, columns, gap), gap));
            console.WriteLine();
        }
    }

    private static int GapFor(ResultTable table, int width)
    {
        int Needed(int gap) => Enumerable.Range(0, table.Columns.Count).Sum(c => WidthOf(table, c, gap));
        return Needed(UsualGap) > width && Needed(NarrowGap) <= width ? NarrowGap : UsualGap;
    }

    // Bars get the room that the columns leave.
    private static string[]? BarsFor(IAnsiConsole console, ResultTable table, int[] columns, int gap)
    {
        int room = console.Profile.Width - columns.Sum(c => WidthOf(table, c, gap)) - gap;
        double longest = table.Bars?.Lengths.DefaultIfEmpty().Max() ?? 0;
        return longest > 0 && room >= MinBar && columns.Contains(table.Bars!.Column)
            ? [.. table.Bars.Lengths.Select(
                length => Bars.Of(length / longest, Math.Min(room, MaxBar), console.Profile.Capabilities.Unicode))]
            : null;
    }

    private static IEnumerable<int[]> Parts(ResultTable table, int width, int gap)
    {
        int[] keys = [.. Enumerable.Range(0, table.KeyColumns)];
        int keyWidth = keys.Sum(c => WidthOf(table, c, gap));
        List<int> part = [.. keys];
        int used = keyWidth;
        for (int column = table.KeyColumns; column < table.Columns.Count; column++)
        {
            int needed = WidthOf(table, column, gap);
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

    private static int WidthOf(ResultTable table, int column, int gap) =>
        gap + Math.Max(table.Columns[column].Heading.Length, table.Rows.Select(r => r[column].Length).DefaultIfEmpty().Max());

    private static Table Grid(ResultTable table, int[] columns, string[]? bars, int gap)
    {
        Table grid = new() { Border = TableBorder.None };
        foreach (int column in columns)
        {
            Text heading = new(PlainText.OneLine(table.Columns[column].Heading), new Style(decoration: Decoration.Underline));
            Spectre.Console.TableColumn header = new Spectre.Console.TableColumn(heading).PadLeft(0).PadRight(gap);
            _ = grid.AddColumn(table.Columns[column].IsNumber ? header.RightAligned() : header.LeftAligned());
            if (bars is not null && column == table.Bars!.Column)
            {
                _ = grid.AddColumn(new Spectre.Console.TableColumn(Text.Empty).NoWrap().PadLeft(0).PadRight(gap));
            }
        }

        for (int row = 0; row < table.Rows.Count; row++)
        {
            _ = grid.AddRow(Texts(table, row, columns, bars));
        }

        return grid;
    }

    private static IEnumerable<Text> Texts(ResultTable table, int row, int[] columns, string[]? bars)
    {
        foreach (int column in columns)
        {
            yield return new Text(PlainText.OneLine(table.Rows[row][column]));
            if (bars is not null && column == table.Bars!.Column)
            {
                yield return new Text(bars[row], new Style(Color.Olive));
            }
        }
    }
}
