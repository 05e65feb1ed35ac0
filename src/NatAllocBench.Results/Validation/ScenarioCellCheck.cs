using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Validation;

/// <summary>The checks of one scenario cell.</summary>
internal static class ScenarioCellCheck
{
    public static void Check(string place, ScenarioCell cell, Problems problems)
    {
        problems.Unless(cell.Table.Trim().Length > 0, place, "table must have a title");
        problems.Unless(cell.Era.Trim().Length > 0, place, "era must be named");
        problems.NotNegative(place, "attempts", cell.Attempts);
        problems.InRange(place, "trials", cell.Trials, 1, int.MaxValue);
        if (cell.Missing is not null)
        {
            problems.Unless(cell.Missing.Trim().Length > 0, place, "missing must give a reason");
            problems.Unless(cell.Figures.Count == 0, place, "a missing cell cannot hold a measurement");
            return;
        }

        problems.Unless(cell.Figures.Count > 0, place, "figures must be there, or missing must say why not");
        foreach (IGrouping<string, ScenarioFigure> group in cell.Figures.GroupBy(f => f.Name).Where(g => g.Count() > 1))
        {
            problems.Add(place, $"{group.Count()} figures are named {group.Key}");
        }

        for (int i = 0; i < cell.Figures.Count; i++)
        {
            CheckFigure($"{place}.figures[{i}]", cell.Figures[i], problems);
        }
    }

    private static void CheckFigure(string place, ScenarioFigure figure, Problems problems)
    {
        problems.Unless((figure.Low is null) == (figure.High is null), place, "low and high must be there together");
        problems.Ordered(place, "low, measured and high", figure.Low, figure.Measured, figure.High);
        if (figure.IsShare)
        {
            problems.InRange<double>(place, "measured", figure.Measured, 0, 1);
            problems.InRange(place, "predicted", figure.Predicted, 0, 1);
        }

        problems.Unless(figure.Predicted is null == (figure.Law is null), place, "predicted and law must be there together");
        bool? agrees = figure.Predicted is { } predicted ? Agreement.Holds(figure.Measured, figure.Low, figure.High, predicted) : null;
        problems.Unless(figure.Agrees == agrees, place, $"agrees is not what the values say: {agrees?.ToString() ?? "null"}");
    }
}
