using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Page;

/// <summary>The figures of a run as rows of the page of results.</summary>
internal static class PageFigures
{
    private const string Speed = "connections/s";

    // What a column of its own shows.
    private static readonly HashSet<string> Columns = ["era", "mode", "design", "system", "table", "experiment", "quantity"];

    /// <summary>The rows of a run, in the order of its cells.</summary>
    /// <param name="index">The run's index in the page's list.</param>
    /// <returns>At least one row per cell; a cell without a measurement says why in its text.</returns>
    public static IEnumerable<PageFigure> Of(int index, RunRecord run) => run switch
    {
        RunRecord<RaceCell> race => race.Cells.SelectMany(c => OfRace(index, c)),
        RunRecord<ThroughputCell> throughput => throughput.Cells.Select(c => OfThroughput(index, c)),
        RunRecord<ScenarioCell> scenario => scenario.Cells.SelectMany(c => OfScenario(index, c)),
        RunRecord<ComparisonCell> comparison => comparison.Cells.SelectMany(c => OfComparison(index, c)),
        RunRecord<ExploreCell> explored => explored.Cells.SelectMany(c => OfExploration(index, c)),
        _ => throw new ArgumentException($"no page for a run of {run.GetType().Name}", nameof(run)),
    };

    private static IEnumerable<PageFigure> OfRace(int index, RaceCell cell)
    {
        string workload = Rest(Workload.Of(cell));
        yield return new PageFigure(
            index, "insert_failed", cell.Era, cell.Mode, cell.System, workload, RaceTables.Rate(cell) ?? Missing(cell.Missing), cell.Rate,
            cell.RateLow, cell.RateHigh);
        if (!cell.IsPaced && cell.ConnectionsPerSecond is not null)
        {
            yield return new PageFigure(
                index, Speed, cell.Era, cell.Mode, cell.System, workload,
                SpeedText(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh),
                cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh);
        }
    }

    private static PageFigure OfThroughput(int index, ThroughputCell cell) => new(
        index, Speed, cell.Era, cell.Mode, cell.Design, Rest(Workload.Of(cell)),
        cell.ConnectionsPerSecond is null
            ? Missing(cell.Missing)
            : SpeedText(cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh),
        cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh);

    private static IEnumerable<PageFigure> OfScenario(int index, ScenarioCell cell)
    {
        string workload = Rest(Workload.Of(cell));
        return cell.Figures.Count == 0
            ? [new PageFigure(index, cell.Table, cell.Era, cell.Mode, cell.Table, workload, Missing(cell.Missing), null, null, null)]
            : cell.Figures.Select(f => new PageFigure(
                index, f.Name, cell.Era, cell.Mode, cell.Table, workload, Value(f.Measured, f.Low, f.High, f.IsShare), f.Measured, f.Low,
                f.High));
    }

    private static IEnumerable<PageFigure> OfComparison(int index, ComparisonCell cell)
    {
        string workload = Rest(Workload.Of(cell));
        yield return Side(cell.System, cell.Kernel, cell.KernelLow, cell.KernelHigh);
        yield return Side("model", cell.Model, cell.ModelLow, cell.ModelHigh);

        PageFigure Side(string system, double? value, double? low, double? high) => new(
            index, $"{cell.Experiment}: {cell.Quantity}", cell.Era, cell.Mode, system, workload,
            value is { } known ? Figures.WithInterval(known, low, high) : Missing(cell.Missing), value, low, high);
    }

    private static IEnumerable<PageFigure> OfExploration(int index, ExploreCell cell)
    {
        string workload = Rest(Workload.Of(cell));
        string extent = cell.Complete ? "complete" : "not complete";
        return cell.Outcomes.Count == 0
            ? [new PageFigure(index, "outcomes", cell.Era, null, cell.Design, workload, extent, null, null, null)]
            : cell.Outcomes.Select(o => new PageFigure(
                index, o.Outcome, cell.Era, null, cell.Design, workload,
                $"{o.Verdict}, {Figures.Count(o.Executions)} executions, {extent}", o.Executions, null, null));
    }

    private static string SpeedText(double? value, double? low, double? high)
    {
        RateUnit unit = RateUnit.For([value]);
        return $"{unit.Format(value, low, high)} {unit.Short}".TrimEnd();
    }

    private static string Value(double value, double? low, double? high, bool isShare) => isShare
        ? Figures.WithInterval(value * 100, low * 100, high * 100) + " %"
        : Figures.WithInterval(value, low, high);

    private static string Missing(string? reason) => reason is null ? "no value" : $"missing: {reason}";

    private static string Rest(Workload workload) => workload.Without(Columns).ToString();
}
