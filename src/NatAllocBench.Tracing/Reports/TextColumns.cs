namespace NatAllocBench.Tracing;

/// <summary>Lines up rows of a plain text table: the first column to the left, the others to the right unless told otherwise.</summary>
internal sealed class TextColumns(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];
    private readonly HashSet<int> _left = [0];

    public TextColumns Left(params int[] columns)
    {
        _left.UnionWith(columns);
        return this;
    }

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells = row.Select((cell, column) =>
                _left.Contains(column) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            writer.WriteLine($"  {string.Join("  ", cells)}".TrimEnd());
        }
    }
}
