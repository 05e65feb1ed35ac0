using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What a scenario found: whether the measurements agree with their predictions, or from where to where they go.</summary>
internal static class ScenarioAnswer
{
    private const int MaxLines = 5;

    public static IEnumerable<string> Lines(IReadOnlyList<ScenarioCell> cells)
    {
        var judged = cells.SelectMany(c => c.Figures.Where(f => f.Agrees is not null).Select(f => (Cell: c, Figure: f))).ToArray();
        var against = judged.Where(j => j.Figure.Agrees == false).ToArray();
        if (judged.Length > 0)
        {
            yield return $"{judged.Length - against.Length} of {judged.Length} figures agree with their predictions.";
        }
        else
        {
            foreach (string line in Ranges(cells))
            {
                yield return line;
            }
        }

        foreach ((ScenarioCell cell, ScenarioFigure figure) in against.Take(MaxLines))
        {
            yield return $"Disagrees: {cell.Table}, era {cell.Era}{(cell.Mode is { } mode ? $" {mode}" : "")}: {figure.Name} "
                + $"{ScenarioTables.Measured(figure)}, predicted {ScenarioTables.Predicted(figure)}.";
        }

        if (against.Length > MaxLines)
        {
            yield return $"The tables above show {against.Length - MaxLines} more that disagree.";
        }

        foreach (var missing in cells.Where(c => c.Missing is not null).GroupBy(c => c.Missing))
        {
            yield return $"Not measured: {Figures.Count(missing.Count())} rows ({missing.Key}).";
        }
    }

    private static IEnumerable<string> Ranges(IReadOnlyList<ScenarioCell> cells)
    {
        var tables = cells.Where(c => c.Figures.Count > 0).GroupBy(c => c.Table).ToArray();
        foreach (IGrouping<string, ScenarioCell> table in tables.Take(MaxLines))
        {
            string name = table.First().Figures[0].Name;
            ScenarioCell[] rows = [.. table.Where(c => c.Figures.Any(f => f.Name == name))];
            ScenarioCell least = rows.MinBy(c => Named(c, name).Measured)!;
            ScenarioCell most = rows.MaxBy(c => Named(c, name).Measured)!;
            yield return ReferenceEquals(least, most)
                ? $"{table.Key}: {name} {End(least, name, rows)}."
                : $"{table.Key}: {name} {End(least, name, rows)} to {End(most, name, rows)}.";
        }

        if (tables.Length > MaxLines)
        {
            yield return $"The run has {tables.Length - MaxLines} more tables.";
        }
    }

    private static ScenarioFigure Named(ScenarioCell cell, string name) => cell.Figures.First(f => f.Name == name);

    // The value, and as much as tells its row from the others.
    private static string End(ScenarioCell cell, string name, ScenarioCell[] rows)
    {
        Func<ScenarioCell, string?>[] traits =
        [
            .. cell.Parameters.Keys.Select(key => (Func<ScenarioCell, string?>)(c => c.Parameters.GetValueOrDefault(key))),
            c => $"era {c.Era}", c => c.Mode,
        ];
        List<string> own = [];
        ScenarioCell[] alike = rows;
        foreach (Func<ScenarioCell, string?> trait in traits)
        {
            if (trait(cell) is { } value && alike.Any(other => trait(other) != value))
            {
                own.Add(value);
                alike = [.. alike.Where(other => trait(other) == value)];
            }
        }

        return $"{ScenarioTables.Measured(Named(cell, name))}{(own.Count > 0 ? $" ({string.Join(", ", own)})" : "")}";
    }
}
