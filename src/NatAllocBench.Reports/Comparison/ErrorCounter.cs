using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>
/// Counts what <c>compare</c> says about pairs of runs of the same code, and about pairs of which one side did more work.
/// </summary>
/// <param name="options">How it compares.</param>
/// <param name="injected">The relative difference that the work is to make, 0.1 for 10 %.</param>
public sealed class ErrorCounter(ComparisonOptions options, double injected)
{
    private const double FoundIn = 0.9;

    private readonly List<FigureCount> _counts = [];

    /// <summary>The relative difference that the work is to make.</summary>
    public double Injected => injected;

    /// <summary>The counts so far, by figure.</summary>
    public IReadOnlyList<ErrorCount> Counts => [.. _counts.Select(count => count.Sum(options.Threshold))];

    /// <summary>Adds a pair.</summary>
    /// <param name="figure">What is compared; one that has <c>rate</c> in it takes the failure rates, any other the speeds.</param>
    /// <param name="order">The order of the processes, <see cref="ErrorCount.Interleaved"/> or <see cref="ErrorCount.InTurn"/>.</param>
    /// <param name="first">The base.</param>
    /// <param name="second">A run of the same code.</param>
    /// <param name="harder">What the processes of the second run measured with more work; its cells are named as theirs.</param>
    public void Add(string figure, string order, RunRecord first, RunRecord second, RunRecord harder)
    {
        FigureCount? count = _counts.Find(c => c.Figure == figure && c.Order == order);
        if (count is null)
        {
            count = new FigureCount(figure, order);
            _counts.Add(count);
        }

        count.Pairs++;
        count.Plain.AddRange(Compare(first, second));
        count.Injected.AddRange(Compare(first, harder));
        count.PutIn.AddRange(Compare(second, harder));

        IEnumerable<CellComparison> Compare(RunRecord a, RunRecord b) =>
            RunComparison.Compare(a, b, options).Cells.Where(c => c.Metric == count.Metric);
    }

    private sealed class FigureCount(string figure, string order)
    {
        public string Figure => figure;

        public string Order => order;

        public string Metric { get; } = figure.Contains("rate", StringComparison.Ordinal) ? CellComparer.Rate : CellComparer.Speed;

        public int Pairs { get; set; }

        public List<CellComparison> Plain { get; } = [];

        public List<CellComparison> Injected { get; } = [];

        public List<CellComparison> PutIn { get; } = [];

        public ErrorCount Sum(double threshold)
        {
            double[] putIn =
                [.. PutIn.Select(c => c.Ratio).OfType<RatioEstimate>().Select(ratio => Worse(ratio.Ratio) - 1).Where(double.IsFinite)];
            double[] needed = [.. Plain.Where(c => !IsNotJudged(c)).Select(c => Needed(c, threshold)).Order()];
            double? from = needed.Length == 0 ? null : needed[(int)Math.Ceiling(FoundIn * needed.Length) - 1];
            return new ErrorCount(
                Figure,
                Pairs,
                Plain.Count,
                Plain.Count(IsNotJudged),
                Plain.Count(c => c.Verdict is Verdict.Better or Verdict.Worse),
                Plain.Count(c => c.Verdict is Verdict.Same),
                Injected.Count(c => !IsNotJudged(c)),
                Injected.Count(c => c.Verdict is Verdict.Worse))
            {
                Order = Order,
                PutIn = putIn.Length == 0 ? null : SampleStatistics.Instance.Median(putIn).Value,
                FoundFrom = from is { } share && double.IsFinite(share) ? share : null,
            };
        }

        // The least difference that moves the interval of this pair beyond 1, and its estimate beyond the threshold.
        private double Needed(CellComparison plain, double threshold)
        {
            double nearest = Math.Min(Worse(plain.Ratio!.Low ?? 0), Worse(plain.Ratio.High ?? double.PositiveInfinity));
            return Math.Max(1 / nearest, (1 + threshold) / Worse(plain.Ratio.Ratio)) - 1;
        }

        // Above 1 where the second run is worse.
        private double Worse(double ratio) => Metric == CellComparer.Rate ? ratio : 1 / ratio;

        // No interval, or a gate that took the verdict away.
        private static bool IsNotJudged(CellComparison comparison) =>
            comparison.Verdict == Verdict.Undecided && (comparison.Ratio?.Low is null || comparison.Remark is not null);
    }
}
