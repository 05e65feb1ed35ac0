using NatAllocBench.Reports.Statistics;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>
/// What one run adds to the estimate of the spread between times: of each workload the logarithms of its processes' figures.
/// </summary>
internal sealed class SpreadSample
{
    private readonly Dictionary<Workload, Cell> _cells;

    private SpreadSample(IEnumerable<(Workload Workload, Cell Cell)> cells) =>
        _cells = cells.Where(c => c.Cell.Logs.Count > 0).ToDictionary(c => c.Workload, c => c.Cell);

    /// <summary>Of a run the speeds or the rates of its cells.</summary>
    public static SpreadSample Of(RunRecord run, bool isRate) => new(run switch
    {
        // A rate does not depend on the speed of the machine enough to be gated by it.
        RunRecord<RaceCell> race when isRate => race.Cells.Select(cell =>
            (Workload.Of(cell), new Cell(Logs(cell.PerTrial?.ProcessRates()), new Circumstances(null, null, null)))),
        RunRecord<RaceCell> race => race.Cells.Select(cell =>
            (Workload.Of(cell), new Cell(Logs(cell.PerTrial?.ProcessMedians()), Circumstances.Of(cell)))),
        RunRecord<ThroughputCell> tables => tables.Cells.Select(cell =>
            (Workload.Of(cell), new Cell(Logs(cell.PerRound?.ProcessMedians()), Circumstances.Of(cell)))),
        _ => throw new ArgumentException($"no figures in runs of {run.GetType().Name}", nameof(run)),
    });

    /// <summary>The spread of runs of the same code.</summary>
    /// <param name="figure">Its kind.</param>
    /// <param name="runs">The runs, two of each pair.</param>
    /// <returns>The spread: the mean variance of all workloads. Null where none can be estimated.</returns>
    public static TimeSpread? Spread(string figure, IReadOnlyList<SpreadSample> runs)
    {
        double[] variances =
        [
            .. runs.SelectMany(run => run._cells.Keys).Distinct()
                .Select(workload => BetweenRuns.Variance(
                    Alike([.. runs.Select(run => run._cells.GetValueOrDefault(workload)).OfType<Cell>()])))
                .OfType<double>(),
        ];
        return runs.Count < 4 || variances.Length == 0
            ? null
            : new TimeSpread(figure, Math.Sqrt(Math.Max(0, variances.Average())), runs.Count / 2);
    }

    // Only what compare would compare: those in the circumstances that most are in.
    private static IReadOnlyList<double>[] Alike(Cell[] cells)
    {
        IGrouping<Circumstances, Cell>[] groups = [.. cells.GroupBy(cell => cell.Where)];
        IEnumerable<Cell>[] alike =
        [
            .. groups.Select(group => groups.Where(other => Circumstances.AreAlike(group.Key, other.Key)).SelectMany(other => other)),
        ];
        return [.. (alike.MaxBy(cells => cells.Count()) ?? []).Select(cell => cell.Logs)];
    }

    private static IReadOnlyList<double> Logs(IReadOnlyList<double>? values) =>
        values?.All(value => value > 0) == true ? [.. values.Select(value => Math.Log(value))] : [];

    private sealed record Cell(IReadOnlyList<double> Logs, Circumstances Where);
}
