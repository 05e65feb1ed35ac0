using Perfolizer.Mathematics.Common;
using Perfolizer.Mathematics.Distributions.ContinuousDistributions;
using Perfolizer.Mathematics.Multimodality;
using Perfolizer.Mathematics.OutlierDetection;
using Perfolizer.Mathematics.QuantileEstimators;
using Perfolizer.Mathematics.SignificanceTesting.MannWhitney;
using Pragmastat;

namespace NatAllocBench.Results.Statistics;

/// <summary><see cref="ISampleStatistics"/> by Perfolizer.</summary>
/// <remarks>
/// A quantile is Harrell and Davis's estimator (Biometrika 69, 1982), a weighted mean of all order statistics, with a standard error
/// computed as Maritz and Jarrett do (JASA 73, 1978) but from the estimator's own weights, and Student's quantile. The interval is cut at
/// the smallest and largest value: beyond them one wild value would carry it to throughputs that were never seen, below zero even. The
/// ratio is Hodges and Lehmann's shift between the logarithms (Annals of Mathematical Statistics 34, 1963), the median of all pairwise
/// differences, and its interval holds the shifts that the Mann-Whitney test does not reject: no distribution is assumed, and the error
/// never exceeds the stated one. Up to 20 values a side the test is exact; four a side are the minimum that allows 95 %.
/// </remarks>
public sealed class SampleStatistics : ISampleStatistics
{
    /// <summary>The one instance; it has no state.</summary>
    public static ISampleStatistics Instance { get; } = new SampleStatistics();

    private SampleStatistics()
    {
    }

    /// <inheritdoc/>
    public QuantileEstimate Median(IReadOnlyList<double> values, double confidence = 0.95) => Quantile(values, 0.5, confidence);

    /// <inheritdoc/>
    public QuantileEstimate Quantile(IReadOnlyList<double> values, double probability, double confidence = 0.95)
    {
        if (probability is not (> 0 and < 1) || confidence is not (> 0 and < 1))
        {
            throw new ArgumentException("probability and confidence must lie between 0 and 1");
        }

        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0 || !sorted.All(double.IsFinite))
        {
            throw new ArgumentException("a quantile needs at least one value, and finite ones only", nameof(values));
        }

        HarrellDavisQuantileEstimator estimator = HarrellDavisQuantileEstimator.Instance;
        Sample sample = new(sorted);
        double quantile = Math.Clamp(estimator.Quantile(sample, probability), sorted[0], sorted[^1]);
        if (sorted.Length < 3)
        {
            return new QuantileEstimate(quantile, null, null);
        }

        ConfidenceInterval interval = estimator
            .QuantileConfidenceIntervalEstimator(sample, probability)
            .ConfidenceInterval(new ConfidenceLevel(confidence));
        return new QuantileEstimate(quantile, Clamp(interval.Lower), Clamp(interval.Upper));

        double Clamp(double end) => double.IsFinite(end) ? Math.Clamp(end, sorted[0], sorted[^1]) : quantile;
    }

    /// <inheritdoc/>
    public RatioEstimate Ratio(IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence = 0.95)
    {
        if (first.Count == 0 || second.Count == 0 || !first.Concat(second).All(v => double.IsFinite(v) && v > 0))
        {
            throw new ArgumentException("a ratio needs two samples of finite values above 0");
        }

        PairwiseDifferences shifts = new(first.Select(v => Math.Log(v)), second.Select(v => Math.Log(v)));
        double middle = (shifts.OfRank((shifts.Count - 1) / 2) + shifts.OfRank(shifts.Count / 2)) / 2;
        long cut = LargestRejectedRank(first.Count, second.Count, (1 - confidence) / 2);
        return cut < 0
            ? new RatioEstimate(Math.Exp(middle), null, null)
            : new RatioEstimate(Math.Exp(middle), Math.Exp(shifts.OfRank(cut)), Math.Exp(shifts.OfRank(shifts.Count - 1 - cut)));
    }

    /// <inheritdoc/>
    public double Superiority(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count == 0 || second.Count == 0 || !first.Concat(second).All(double.IsFinite))
        {
            throw new ArgumentException("an effect size needs two samples of finite values");
        }

        PairwiseDifferences differences = new(first, second);
        return (differences.CountAbove(0) + (0.5 * differences.CountAt(0))) / differences.Count;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks(IReadOnlyList<double> values)
    {
        // Fewer values show modes and outliers where there are none.
        const int Enough = 10;

        // Tukey's fences call 0.7 % of a normal sample outliers: a few are no news.
        const double ExpectedOutliers = 0.02;
        if (values.Count < Enough || values.Distinct().Count() < Enough)
        {
            return [];
        }

        List<string> remarks = [];
        int modes = LowlandModalityDetector.Instance.DetectModes(values).Modality;
        if (modes > 1)
        {
            remarks.Add($"{modes} modes");
        }

        int outliers = values.Count(TukeyOutlierDetector.Create(new Sample([.. values])).IsOutlier);
        if (outliers > ExpectedOutliers * values.Count)
        {
            remarks.Add($"{outliers} of {values.Count} {(outliers == 1 ? "is an outlier" : "are outliers")}");
        }

        return remarks;
    }

    // The largest u with P(U <= u) at most the tail: the shifts of rank 0 to u on either side are rejected; -1 when none can be.
    private static long LargestRejectedRank(int n, int m, double tail)
    {
        const int ExactUpTo = 20;
        if (n <= ExactUpTo && m <= ExactUpTo)
        {
            // The library's Cdf(u) is P(U < u).
            int rank = -1;
            while (MannWhitneyLoefflerExactCdf.Instance.Cdf(n, m, rank + 2) <= tail)
            {
                rank++;
            }

            return rank;
        }

        double mean = n * (double)m / 2;
        double deviation = Math.Sqrt(n * (double)m * (n + m + 1) / 12);
        return (long)Math.Floor(mean + (NormalDistribution.Standard.Quantile(tail) * deviation) - 0.5);
    }
}
