using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Verdicts on one kind of figure over all pairs in one order.</summary>
internal sealed class FigureCount(string figure, string order, bool isRate)
{
    private const double FoundIn = 0.9;

    private readonly string _metric = isRate ? CellComparer.Rate : CellComparer.Speed;
    private readonly List<CellComparison> _plain = [];
    private readonly List<CellComparison> _harder = [];
    private readonly List<CellComparison> _putIn = [];
    private int _pairs;

    /// <summary>Compares the sides of a pair.</summary>
    /// <returns>What was found.</returns>
    public IReadOnlyList<CellComparison> AddPlain(MeasuredPair.Sides sides, ComparisonOptions options)
    {
        _pairs++;
        return Add(_plain, sides.First, sides.Second, options);
    }

    /// <summary>Compares the first side with the harder one, and finds out how much harder that was.</summary>
    /// <returns>What was found of it.</returns>
    public IReadOnlyList<CellComparison> AddHarder(MeasuredPair.Sides sides, ComparisonOptions options)
    {
        // The same processes did both.
        _ = Add(_putIn, sides.Second, sides.Harder, options with { Timing = RunTiming.InTurns });
        return Add(_harder, sides.First, sides.Harder, options);
    }

    /// <summary>The row.</summary>
    public ErrorCount Sum(double threshold)
    {
        double[] putIn =
            [.. _putIn.Select(c => c.Ratio).OfType<RatioEstimate>().Select(ratio => Worse(ratio.Ratio) - 1).Where(double.IsFinite)];
        double[] needed = [.. _plain.Where(c => c.IsJudged).Select(c => Needed(c, threshold)).Order()];
        double? from = needed.Length == 0 ? null : needed[(int)Math.Ceiling(FoundIn * needed.Length) - 1];
        return new ErrorCount(
            figure,
            _pairs,
            _plain.Count,
            _plain.Count(c => !c.IsJudged),
            _plain.Count(c => c.Verdict is Verdict.Better or Verdict.Worse),
            _plain.Count(c => c.Verdict is Verdict.Same),
            _harder.Count(c => c.IsJudged),
            _harder.Count(c => c.Verdict is Verdict.Worse))
        {
            Order = order,
            PutIn = putIn.Length == 0 ? null : SampleStatistics.Instance.Median(putIn).Value,
            FoundFrom = from is { } share && double.IsFinite(share) ? share : null,
        };
    }

    private CellComparison[] Add(List<CellComparison> to, RunRecord first, RunRecord second, ComparisonOptions options)
    {
        CellComparison[] cells = [.. RunComparison.Compare(first, second, options).Cells.Where(c => c.Metric == _metric)];
        to.AddRange(cells);
        return cells;
    }

    // The least difference that moves the interval of this pair beyond 1, and its estimate beyond the threshold.
    private double Needed(CellComparison plain, double threshold)
    {
        double nearest = Math.Min(Worse(plain.Ratio!.Low ?? 0), Worse(plain.Ratio.High ?? double.PositiveInfinity));
        return Math.Max(1 / nearest, (1 + threshold) / Worse(plain.Ratio.Ratio)) - 1;
    }

    // Above 1 where the second run is worse.
    private double Worse(double ratio) => isRate ? ratio : 1 / ratio;
}
