using Perfolizer.Mathematics.Common;
using Perfolizer.Mathematics.QuantileEstimators;
using Pragmastat;

namespace NatAllocBench.Reporting;

/// <summary><see cref="ISampleStatistics"/> by Perfolizer.</summary>
/// <remarks>
/// The median is Harrell and Davis's estimator (Biometrika 69, 1982), a weighted mean of all order statistics, with the standard error of
/// Maritz and Jarrett (JASA 73, 1978) and Student's quantile. The interval is cut at the smallest and largest value: beyond them one wild
/// value would carry it to throughputs that were never seen, below zero even.
/// </remarks>
public sealed class SampleStatistics : ISampleStatistics
{
    /// <summary>The one instance; it has no state.</summary>
    public static ISampleStatistics Instance { get; } = new SampleStatistics();

    private SampleStatistics()
    {
    }

    /// <inheritdoc/>
    public MedianEstimate Median(IReadOnlyList<double> values, double confidence = 0.95)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0 || !sorted.All(double.IsFinite))
        {
            throw new ArgumentException("a median needs at least one value, and finite ones only", nameof(values));
        }

        HarrellDavisQuantileEstimator estimator = HarrellDavisQuantileEstimator.Instance;
        Sample sample = new(sorted);
        double median = Math.Clamp(estimator.Quantile(sample, Probability.Half), sorted[0], sorted[^1]);
        if (sorted.Length < 3)
        {
            return new MedianEstimate(median, null, null);
        }

        ConfidenceInterval interval = estimator
            .QuantileConfidenceIntervalEstimator(sample, Probability.Half)
            .ConfidenceInterval(new ConfidenceLevel(confidence));
        return new MedianEstimate(median, Clamp(interval.Lower), Clamp(interval.Upper));

        double Clamp(double end) => double.IsFinite(end) ? Math.Clamp(end, sorted[0], sorted[^1]) : median;
    }
}
