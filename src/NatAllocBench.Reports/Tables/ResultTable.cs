namespace NatAllocBench.Reports.Tables;

/// <summary>A table ready to be rendered: plain text, not yet escaped for any target.</summary>
/// <param name="Title">What the table shows.</param>
/// <param name="Caption">What holds for every row; empty when nothing does.</param>
/// <param name="Rows">The rows, each with one text per column.</param>
public sealed record ResultTable(
    string Title, string Caption, IReadOnlyList<TableColumn> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>How many of the first columns name the row; where a table must be split, each part repeats them.</summary>
    public int KeyColumns { get; init; }

    /// <summary>A bar for every row, where the table has bars; only terminals draw them.</summary>
    public TableBars? Bars { get; init; }
}

/// <summary>A column of a table.</summary>
/// <param name="Heading">The heading with its unit.</param>
/// <param name="IsNumber">Whether the values line up at the right.</param>
public sealed record TableColumn(string Heading, bool IsNumber);

/// <summary>Bars beside a column of a table, drawn from 0 on a common scale.</summary>
/// <param name="Column">The column whose values they show.</param>
/// <param name="Lengths">A length for each row in any unit; 0 where there is no value.</param>
public sealed record TableBars(int Column, IReadOnlyList<double> Lengths);
