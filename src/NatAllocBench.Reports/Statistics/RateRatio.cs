using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Reports.Statistics;

/// <summary>The ratio of two failure rates out of clustered trials.</summary>
/// <remarks>
/// <para>
/// The interval is Wald's on the logarithm of the risk ratio (Katz and others, Biometrics 34, 1978), with each rate's binomial variance
/// multiplied by its over-dispersion between trials, or between processes where there are several (phi of <see cref="FailureRate"/>, at
/// least 1), as Rao and Scott do for clustered binary data (Biometrics 48, 1992), and Student's quantile with the degrees of freedom of
/// Welch and Satterthwaite, because phi is estimated from few trials.
/// </para>
/// <para>
/// Where one of the rates is 0 a ratio has no value. What can be said is a bound: from 0 to a rate it is at least the lower end of that
/// rate over the upper bound of the other, from a rate to 0 at most the reverse, both of them exact. The difference of the two has exact
/// bounds as well, from intervals at half the error each. Where both are 0 there is nothing to compare: the ratio is 1 and the interval is
/// without bounds. Where one is 1, half a failure and half a success are added to both (Haldane, Anscombe).
/// </para>
/// </remarks>
internal static class RateRatio
{
    /// <summary>Estimates the second rate over the first.</summary>
    /// <param name="first">The base, with its trials.</param>
    /// <param name="second">What is compared with it, with its trials.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The ratio with its interval.</returns>
    /// <exception cref="ArgumentException">A trial is impossible, or a side has no attempts.</exception>
    public static RatioEstimate Estimate(RaceCell first, RaceCell second, double confidence = 0.95)
    {
        RateEstimate a = Rate(first, confidence);
        RateEstimate b = Rate(second, confidence);
        if (a.Failures == 0 && b.Failures == 0)
        {
            return new RatioEstimate(1, 0, double.PositiveInfinity);
        }

        if (a.Failures == 0)
        {
            var atLeast = new RatioEstimate(double.PositiveInfinity, b.Low / a.High, double.PositiveInfinity);
            return WithDifference(atLeast, first, second, confidence);
        }

        if (b.Failures == 0)
        {
            return WithDifference(new RatioEstimate(0, 0, b.High / a.Low), first, second, confidence);
        }

        double added = IsExtreme(a) || IsExtreme(b) ? 0.5 : 0;
        (double rateA, double varianceA) = LogVariance(a, added);
        (double rateB, double varianceB) = LogVariance(b, added);
        double ratio = rateB / rateA;
        double sum = varianceA + varianceB;
        double degrees = sum * sum
            / ((varianceA * varianceA / Degrees(a)) + (varianceB * varianceB / Degrees(b)));
        double quantile = new StudentDistribution(Math.Max(1, degrees)).Quantile(1 - ((1 - confidence) / 2));
        double width = Math.Exp(quantile * Math.Sqrt(sum));
        return new RatioEstimate(ratio, ratio / width, ratio * width);
    }

    // Without failures of its own a cell is as over-dispersed as its neighbours.
    private static RateEstimate Rate(RaceCell cell, double confidence) => FailureRate.Estimate(
        cell.PerTrial!.Attempts, cell.PerTrial.InsertFailed, confidence, cell.NeighboursOverdispersion ?? 1, cell.PerTrial.Process);

    private static RatioEstimate WithDifference(RatioEstimate ratio, RaceCell first, RaceCell second, double confidence)
    {
        double each = 1 - ((1 - confidence) / 2);
        RateEstimate a = Rate(first, each);
        RateEstimate b = Rate(second, each);
        return ratio with { DifferenceLow = b.Low - a.High, DifferenceHigh = b.High - a.Low };
    }

    private static bool IsExtreme(RateEstimate rate) => rate.Failures == 0 || rate.Failures == rate.Attempts;

    // Delta method: var(log p) = phi (1 - p) / (n p).
    private static (double Rate, double Variance) LogVariance(RateEstimate rate, double added)
    {
        double failures = rate.Failures + added;
        double attempts = rate.Attempts + (2 * added);
        double p = failures / attempts;
        return (p, (rate.Overdispersion ?? 1) * (1 - p) / failures);
    }

    private static double Degrees(RateEstimate rate) => Math.Max(1, rate.Units - 1);
}
