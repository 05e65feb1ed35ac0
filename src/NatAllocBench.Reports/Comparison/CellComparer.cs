using NatAllocBench.Reports.Statistics;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Compares the figures of two partner cells, whose runs lie in time as the timing says.</summary>
internal sealed class CellComparer(ComparisonOptions options, RunTiming timing)
{
    /// <summary>The figure of failure rates.</summary>
    public const string Rate = "insert_failed";

    /// <summary>The figure of speeds.</summary>
    public const string Speed = "connections/s";

    // Fewer processes a side allow no 95 % interval.
    private const int FewestProcesses = 4;
    private const string BetweenRuns = "between runs not covered";
    private const string BetweenTimes = "between times not covered";

    public IEnumerable<CellComparison> Compare(Workload workload, RaceCell first, RaceCell second)
    {
        yield return Rates(workload, first, second);
        // The speed of paced clients is their own.
        bool isPaced = first.IsPaced || second.IsPaced;
        if (!isPaced && (first.ConnectionsPerSecond is not null || second.ConnectionsPerSecond is not null))
        {
            yield return Circumstances.Gate(
                Speeds(workload, FigureKind.RaceSpeed, Of(first), Of(second)), Circumstances.Of(first), Circumstances.Of(second));
        }
    }

    public CellComparison Compare(Workload workload, ThroughputCell first, ThroughputCell second)
    {
        return Circumstances.Gate(
            Speeds(workload, FigureKind.OfSpeed(first), Of(first), Of(second)), Circumstances.Of(first), Circumstances.Of(second));
    }

    private CellComparison Rates(Workload workload, RaceCell first, RaceCell second)
    {
        const string Metric = Rate;
        if (first.PerTrial is not { } trials || second.PerTrial is not { } otherTrials)
        {
            return Missing(workload, Metric, Text(first), Text(second), first.Missing ?? second.Missing);
        }

        string kind = FigureKind.OfRate(first);
        RatioEstimate ratio = Estimate(0.95);
        if (WhyNot(kind, HasProcesses(trials.Process) && HasProcesses(otherTrials.Process)) is { } reason)
        {
            return new CellComparison(workload, Metric, Text(first), Text(second), ratio, Verdict.Undecided, reason);
        }

        bool belowFloor = first.RateHigh < options.RateNoiseFloor && second.RateHigh < options.RateNoiseFloor;
        return Judged(new CellComparison(workload, Metric, Text(first), Text(second), ratio, default, null), belowFloor, true, Estimate);

        RatioEstimate Estimate(double confidence) => Timed(
            kind, trials.ProcessRates(), otherTrials.ProcessRates(), confidence, () => RateRatio.Estimate(first, second, confidence));

        static string Text(RaceCell cell) => RaceTables.Rate(cell) ?? TableLayout.NoValue;
    }

    private CellComparison Speeds(Workload workload, string kind, CellSpeed first, CellSpeed second)
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
        bool hasProcesses = first.Processes is { Count: >= FewestProcesses } && second.Processes is { Count: >= FewestProcesses };
        if (WhyNot(kind, hasProcesses) is { } reason)
        {
            RatioEstimate bare = new(statistics.Ratio(first.Processes ?? first.Raw, second.Processes ?? second.Raw).Ratio, null, null);
            return new CellComparison(workload, Metric, textA, textB, bare, Verdict.Undecided, reason);
        }

        RatioEstimate ratio = Estimate(0.95) with { Superiority = statistics.Superiority(first.Processes!, second.Processes!) };
        bool belowFloor = Math.Abs((1e9 / a) - (1e9 / b)) < options.TimeNoiseFloorNs;
        return Judged(new CellComparison(workload, Metric, textA, textB, ratio, default, null), belowFloor, false, Estimate);

        RatioEstimate Estimate(double confidence) => Timed(
            kind, first.Processes, second.Processes, confidence, () => statistics.Ratio(first.Processes!, second.Processes!, confidence));

        static string Text(RateUnit unit, CellSpeed speed) =>
            unit.Format(speed.Value, speed.Low, speed.High) is { } text ? $"{text} {unit.Short}".TrimEnd() : TableLayout.NoValue;
    }

    // Why there can be no verdict, or null.
    private string? WhyNot(string kind, bool hasProcesses) => !hasProcesses ? BetweenRuns : timing.Covers(kind) ? null : BetweenTimes;

    // Of sides that took turns the ratio of neighbours, where each process has one; else the ratio of two samples, with what lies between
    // their times.
    private RatioEstimate Timed(
        string kind, IReadOnlyList<double>? first, IReadOnlyList<double>? second, double confidence, Func<RatioEstimate> ofSamples) =>
        (timing.TookTurns ? TurnRatio.Of(first, second, confidence) : null) ?? timing.Widen(ofSamples(), kind, confidence);

    private CellComparison Judged(
        CellComparison comparison, bool isBelowFloor, bool smallerIsBetter, Func<double, RatioEstimate> estimate)
    {
        Verdict verdict = isBelowFloor ? Verdict.Same : Judge.Of(comparison.Ratio!, options.Threshold, smallerIsBetter);
        return comparison with
        {
            Verdict = verdict,
            Remark = isBelowFloor ? "below the noise floor" : null,
            WorseByChance = verdict == Verdict.Worse ? Judge.Chance(estimate, options.Threshold, smallerIsBetter) : null,
        };
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
