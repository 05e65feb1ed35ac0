using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Turns the interval of a ratio into a verdict.</summary>
/// <remarks>
/// Two questions, two answers. Whether there is a difference: the 95 % interval excludes 1. Whether it matters: the estimate lies beyond
/// the threshold. Both together are better or worse, so without a difference these come up in at most 5 % of comparisons, whatever the
/// threshold. That there is no difference that matters is shown by an interval wholly within the threshold: the same (two one-sided tests,
/// Schuirmann 1987), wrong in at most 2.5 % where the true ratio lies on the threshold. Anything else is undecided. To ask of better and
/// worse that the whole interval lies beyond the threshold would prove more, that the truth does, and would miss most differences of twice
/// the threshold. The error is per cell: a comparison of 100 cells is expected to have a few wrong ones. Where the comparison as a whole
/// must not err, as a gate of a build, Holm's procedure (Scandinavian Journal of Statistics 6, 1979) takes all cells together.
/// </remarks>
internal static class Judge
{
    /// <summary>Gives the verdict.</summary>
    /// <param name="ratio">The second value over the first.</param>
    /// <param name="threshold">The relative difference that matters, 0 or more.</param>
    /// <param name="smallerIsBetter">True for failure rates, false for speeds.</param>
    /// <returns>The verdict; undecided without an interval.</returns>
    public static Verdict Of(RatioEstimate ratio, double threshold, bool smallerIsBetter)
    {
        double upper = 1 + threshold;
        double lower = 1 / upper;
        return ratio switch
        {
            { Low: null } or { High: null } => Verdict.Undecided,
            { Low: { } low, High: { } high } when low >= lower && high <= upper && threshold > 0 => Verdict.Same,
            { Low: > 1 } when ratio.Ratio > upper => smallerIsBetter ? Verdict.Worse : Verdict.Better,
            { High: < 1 } when ratio.Ratio < lower => smallerIsBetter ? Verdict.Better : Verdict.Worse,
            _ => Verdict.Undecided,
        };
    }

    /// <summary>
    /// One minus the highest confidence at which the verdict is still worse, halved: only one end of the interval decides.
    /// </summary>
    /// <param name="at">The ratio with its interval at a level of confidence.</param>
    /// <param name="threshold">The relative difference that matters, 0 or more.</param>
    /// <param name="smallerIsBetter">True for failure rates, false for speeds.</param>
    /// <returns>The chance, found by halving to a hundredth of itself; 0.025 for a verdict that only just holds at 95 %.</returns>
    internal static double Chance(Func<double, RatioEstimate> at, double threshold, bool smallerIsBetter)
    {
        const double Least = 1e-12;
        double holds = 0.05;
        double fails = Least;
        if (IsWorse(fails))
        {
            return fails / 2;
        }

        while (holds / fails > 1.01)
        {
            double middle = Math.Sqrt(holds * fails);
            (holds, fails) = IsWorse(middle) ? (middle, fails) : (holds, middle);
        }

        return holds / 2;

        bool IsWorse(double error) => Of(at(1 - error), threshold, smallerIsBetter) == Verdict.Worse;
    }

    /// <summary>For each cell that can be judged, its <see cref="Chance"/>, or 1 where the verdict is not worse.</summary>
    internal static double[] Chances(IEnumerable<CellComparison> cells) =>
        [.. cells.Where(cell => cell.IsJudged).Select(cell => cell.WorseByChance ?? 1)];

    /// <summary>
    /// Whether any cell is worse when all are looked at together: the chance of one wrong alarm among them is at most 5 %.
    /// </summary>
    /// <param name="chances">Those of all cells.</param>
    /// <returns>True when the smallest is below 5 % over the number of cells, the first and decisive step of Holm's procedure.</returns>
    internal static bool AnyWorse(IReadOnlyCollection<double> chances) => chances.Count > 0 && chances.Min() <= 0.05 / chances.Count;
}
