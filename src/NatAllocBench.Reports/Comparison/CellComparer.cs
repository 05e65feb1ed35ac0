using NatAllocBench.Reports.Statistics;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Compares the figures of two partner cells.</summary>
internal sealed class CellComparer(ComparisonOptions options)
{
    /// <summary>The figure of failure rates.</summary>
    public const string Rate = "insert_failed";

    /// <summary>The figure of speeds.</summary>
    public const string Speed = "connections/s";

    // Fewer processes a side allow no 95 % interval.
    private const int FewestProcesses = 4;
    private const string BetweenRuns = "between runs not covered";

    public IEnumerable<CellComparison> Compare(Workload workload, RaceCell first, RaceCell second)
    {
        yield return Rates(workload, first, second);
        // The speed of paced clients is their own.
        bool isPaced = first.IsPaced || second.IsPaced;
        if (!isPaced && (first.ConnectionsPerSecond is not null || second.ConnectionsPerSecond is not null))
        {
            yield return Circumstances.Gate(Speeds(workload, Of(first), Of(second)), Circumstances.Of(first), Circumstances.Of(second));
        }
    }

    public CellComparison Compare(Workload workload, ThroughputCell first, ThroughputCell second)
    {
        return Circumstances.Gate(Speeds(workload, Of(first), Of(second)), Circumstances.Of(first), Circumstances.Of(second));
    }

    private CellComparison Rates(Workload workload, RaceCell first, RaceCell second)
    {
        const string Metric = Rate;
        if (first.PerTrial is null || second.PerTrial is null)
        {
            return Missing(workload, Metric, Text(first), Text(second), first.Missing ?? second.Missing);
        }

        RatioEstimate ratio = RateRatio.Estimate(first, second);
        if (!HasProcesses(first.PerTrial.Process) || !HasProcesses(second.PerTrial.Process))
        {
            return new CellComparison(workload, Metric, Text(first), Text(second), ratio, Verdict.Undecided, BetweenRuns);
        }

        bool belowFloor = first.RateHigh < options.RateNoiseFloor && second.RateHigh < options.RateNoiseFloor;
        Verdict verdict = belowFloor ? Verdict.Same : Judge.Of(ratio, options.Threshold, smallerIsBetter: true);
        return new CellComparison(workload, Metric, Text(first), Text(second), ratio, verdict, belowFloor ? "below the noise floor" : null)
        {
            WorseByChance = verdict == Verdict.Worse
                ? Judge.Chance(confidence => RateRatio.Estimate(first, second, confidence), options.Threshold, smallerIsBetter: true)
                : null,
        };

        static string Text(RaceCell cell) => RaceTables.Rate(cell) ?? TableLayout.NoValue;
    }

    private CellComparison Speeds(Workload workload, CellSpeed first, CellSpeed second)
    {
        const string Metric = Speed;
        RateUnit unit = RateUnit.For([first.Value, second.Value]);
        string textA = Text(unit, first);
        string textB = Text(unit, second);
        if (first is not { Value: > 0 and { } a, Raw.Count: > 0 } || second is not { Value: > 0 and { } b, Raw.Count: > 0 })
        {
            return Missing(workload, Metric, textA, textB, null);
        }

        ISampleStatistics statistics = SampleStatistics.Instance;
        if (first.Processes is not { Count: >= FewestProcesses } || second.Processes is not { Count: >= FewestProcesses })
        {
            RatioEstimate within = new(statistics.Ratio(first.Raw, second.Raw).Ratio, null, null);
            return new CellComparison(workload, Metric, textA, textB, within, Verdict.Undecided, BetweenRuns);
        }

        RatioEstimate ratio = statistics.Ratio(first.Processes, second.Processes) with
        {
            Superiority = statistics.Superiority(first.Processes, second.Processes),
        };
        bool belowFloor = Math.Abs((1e9 / a) - (1e9 / b)) < options.TimeNoiseFloorNs;
        Verdict verdict = belowFloor ? Verdict.Same : Judge.Of(ratio, options.Threshold, smallerIsBetter: false);
        return new CellComparison(workload, Metric, textA, textB, ratio, verdict, belowFloor ? "below the noise floor" : null)
        {
            WorseByChance = verdict == Verdict.Worse
                ? Judge.Chance(
                    confidence => statistics.Ratio(first.Processes, second.Processes, confidence), options.Threshold,
                    smallerIsBetter: false)
                : null,
        };

        static string Text(RateUnit unit, CellSpeed speed) =>
            unit.Format(speed.Value, speed.Low, speed.High) is { } text ? $"{text} {unit.Short}".TrimEnd() : TableLayout.NoValue;
    }

    private static bool HasProcesses(IReadOnlyList<int>? process) => process?.Distinct().Count() >= FewestProcesses;

    private static CellComparison Missing(Workload workload, string metric, string first, string second, string? reason) =>
        new(workload, metric, first, second, null, Verdict.Undecided, reason is null ? "no raw values" : $"missing: {reason}");

    private static CellSpeed Of(RaceCell cell) =>
        new(
            cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh, cell.PerTrial?.ConnectionsPerSecond,
            cell.PerTrial?.ProcessMedians());

    private static CellSpeed Of(ThroughputCell cell) =>
        new(
            cell.ConnectionsPerSecond, cell.ConnectionsPerSecondLow, cell.ConnectionsPerSecondHigh, cell.PerRound?.ConnectionsPerSecond,
            cell.PerRound?.ProcessMedians());

    private sealed record CellSpeed(double? Value, double? Low, double? High, IReadOnlyList<double>? Raw, IReadOnlyList<double>? Processes);
}
