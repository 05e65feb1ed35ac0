using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Turns the interval of a ratio into a verdict.</summary>
/// <remarks>
/// The verdict follows from where the 95 % interval lies: wholly beyond the threshold is better or worse, wholly within it the same (two
/// one-sided tests, Schuirmann 1987), anything else undecided. So each verdict is wrong in at most 2.5 % of comparisons at the worst true
/// ratio, which lies on the threshold itself; with a threshold of 0 and no true difference, better and worse together come up in 5 %. The
/// error is per cell: a comparison of 100 cells is expected to have a few wrong ones.
/// </remarks>
public static class Judge
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
            { Low: { } low } when low > upper => smallerIsBetter ? Verdict.Worse : Verdict.Better,
            { High: { } high } when high < lower => smallerIsBetter ? Verdict.Better : Verdict.Worse,
            { Low: { } low, High: { } high } when low >= lower && high <= upper && threshold > 0 => Verdict.Same,
            _ => Verdict.Undecided,
        };
    }
}
