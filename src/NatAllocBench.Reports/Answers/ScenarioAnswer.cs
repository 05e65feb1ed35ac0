using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Answers;

/// <summary>What a scenario found: whether the measurements agree with their predictions.</summary>
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
}
