namespace NatAllocBench.Reports.Tables;

/// <summary>What a column is to its table, which decides whether it is shown.</summary>
internal enum ColumnRole
{
    /// <summary>Names the row: always a column.</summary>
    Identity,

    /// <summary>A parameter of the workload: a column where it varies, else part of the caption.</summary>
    Parameter,

    /// <summary>A measured figure: a column unless no row has it.</summary>
    Figure,

    /// <summary>A count that matters only where it is not 0: a column unless it is 0 or absent in every row.</summary>
    Part,
}

/// <summary>A column that a kind of cells can have.</summary>
/// <param name="Heading">The heading with its unit.</param>
/// <param name="Role">Decides whether the column is shown.</param>
/// <param name="Text">The cell's text, or null where it has no value.</param>
/// <param name="IsNumber">Whether the values line up at the right.</param>
internal sealed record ColumnSpec<TCell>(string Heading, ColumnRole Role, Func<TCell, string?> Text, bool IsNumber = true);

/// <summary>Chooses the columns of a table and fills it.</summary>
internal static class TableLayout
{
    public const string NoValue = "-";

    public static ResultTable Build<TCell>(
        string title, IReadOnlyList<TCell> cells, IReadOnlyList<ColumnSpec<TCell>> specs, Func<TCell, string?> missing)
    {
        List<string> caption = [];
        List<ColumnSpec<TCell>> columns = [];
        foreach (ColumnSpec<TCell> spec in specs)
        {
            string?[] texts = [.. cells.Select(spec.Text).Distinct()];
            if (spec.Role == ColumnRole.Identity || Varies(spec.Role, texts))
            {
                columns.Add(spec);
            }
            else if (spec.Role == ColumnRole.Parameter && texts is [{ } constant])
            {
                caption.Add($"{spec.Heading} {constant}");
            }
        }

        int firstFigure = columns.FindIndex(c => c.Role is ColumnRole.Figure or ColumnRole.Part);
        if (firstFigure < 0 && cells.Any(c => missing(c) is not null))
        {
            firstFigure = columns.Count;
            columns.Add(new ColumnSpec<TCell>("measured", ColumnRole.Figure, _ => null, IsNumber: false));
        }

        string[][] rows = [.. cells.Select(cell => Row(cell, columns, firstFigure, missing(cell)))];
        TableColumn[] headings = [.. columns.Select(c => new TableColumn(c.Heading, c.IsNumber))];
        return new ResultTable(title, string.Join(", ", caption), headings, rows)
        {
            KeyColumns = columns.TakeWhile(c => c.Role is ColumnRole.Identity or ColumnRole.Parameter).Count(),
        };
    }

    private static bool Varies(ColumnRole role, string?[] texts) => role switch
    {
        ColumnRole.Parameter => texts.Length > 1,
        ColumnRole.Part => texts.Any(t => t is not (null or "0")),
        _ => texts.Any(t => t is not null),
    };

    private static string[] Row<TCell>(TCell cell, List<ColumnSpec<TCell>> columns, int firstFigure, string? missing)
    {
        string[] row = [.. columns.Select(c => c.Text(cell) ?? NoValue)];
        if (missing is not null)
        {
            row[firstFigure] = $"missing: {missing}";
        }

        return row;
    }
}
