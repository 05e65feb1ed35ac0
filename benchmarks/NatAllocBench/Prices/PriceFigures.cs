using NatAllocBench.Allocators.Race;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Prices;

/// <summary>Turns trials into the figures of the price list.</summary>
internal static class PriceFigures
{
    /// <summary>What was lost in the window; null where no trial counts.</summary>
    public static ScenarioFigure? Lost(string name, MeasuredTrials cell) =>
        Share(name, cell, tally => tally.FailedKeepPort + tally.FailedSearch);

    /// <summary>Million connections per second, the median of the trials; null where no trial counts.</summary>
    public static ScenarioFigure? Speed(string name, MeasuredTrials cell) =>
        Median(name, cell, trial => trial.ConnectionsPerSecond > 0 ? trial.ConnectionsPerSecond / 1e6 : null);

    /// <summary>
    /// Time that a connection waited for the system's mutex, ns, the median of the trials; null where it has none, or no trial counts.
    /// </summary>
    public static ScenarioFigure? LockWait(string name, MeasuredTrials cell) =>
        Median(name, cell, trial => trial.LockWaitNs / trial.Total.Attempts);

    /// <summary>
    /// What was refused. The fills are the units: all connections of one meet the same ports, so a search that leads to a few fixed ports
    /// refuses many of them in one fill and none in another. Where nothing was refused, the bound is that of as many attempts as there are
    /// fills.
    /// </summary>
    public static ScenarioFigure Refused(string name, IReadOnlyList<RefusalPoint> fills) => ScenarioFigure.Share(
        name,
        FailureRate.Estimate(
            [.. fills.Select(fill => (long)fill.Attempts)],
            [.. fills.Select(fill => (long)fill.Refused)],
            knownOverdispersion: fills.Average(fill => fill.Attempts)));

    /// <summary>A percentile of the candidates asked for, over all fills; null where every connection was refused.</summary>
    public static ScenarioFigure? Probes(string name, IReadOnlyList<RefusalPoint> fills, double share)
    {
        int[] sorted = [.. fills.SelectMany(fill => fill.Probes).Order()];
        return sorted.Length == 0 ? null : ScenarioFigure.Exact(name, sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))]);
    }

    /// <summary>The mean of the candidates asked for, over all fills; null where every connection was refused.</summary>
    public static ScenarioFigure? MeanProbes(string name, IReadOnlyList<RefusalPoint> fills)
    {
        int[] asked = [.. fills.SelectMany(fill => fill.Probes)];
        return asked.Length == 0 ? null : ScenarioFigure.Exact(name, Math.Round(asked.Average(), 1));
    }

    /// <summary>A rate beside another one, in words: told apart where their 95 % intervals do not overlap.</summary>
    public static string Against(ScenarioFigure? rate, ScenarioFigure? other) => (rate, other) switch
    {
        (null, _) or (_, null) => "-",
        var (a, b) when a.High < b.Low => "lower",
        var (a, b) when a.Low > b.High => "higher",
        _ => "not told apart",
    };

    // Of the trials that count and have a value.
    private static ScenarioFigure? Median(string name, MeasuredTrials cell, Func<TrialResult, double?> value)
    {
        double[] values = [.. cell.Kept.Select(value).OfType<double>()];
        if (values.Length == 0 || cell.Disturbed is not null)
        {
            return null;
        }

        QuantileEstimate median = SampleStatistics.Instance.Median(values);
        return new ScenarioFigure { Name = name, Measured = median.Value, Low = median.Low, High = median.High };
    }

    private static ScenarioFigure? Share(string name, MeasuredTrials cell, Func<WorkerTally, long> count)
    {
        TrialResult[] kept = [.. cell.Kept.Where(trial => trial.Total.Attempts > 0)];
        return kept.Length == 0 || cell.Disturbed is not null ? null : ScenarioFigure.Share(
            name, FailureRate.Estimate([.. kept.Select(trial => trial.Total.Attempts)], [.. kept.Select(trial => count(trial.Total))]));
    }
}
