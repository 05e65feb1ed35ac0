using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Results.Statistics;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">The lower end, or null when there were fewer than two values.</param>
/// <param name="High">The upper end, or null in the same case.</param>
public sealed record MeanEstimate(double Value, double? Low, double? High)
{
    /// <summary>The mean of independent trials with Student's interval.</summary>
    /// <param name="values">A value per trial, at least one, all finite.</param>
    /// <exception cref="ArgumentException">There are no values, or one is not finite.</exception>
    public static MeanEstimate Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0 || !values.All(double.IsFinite))
        {
            throw new ArgumentException("a mean needs at least one value, and finite ones only", nameof(values));
        }

        double mean = values.Average();
        if (values.Count == 1)
        {
            return new MeanEstimate(mean, null, null);
        }

        double variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
        double half = new StudentDistribution(values.Count - 1).Quantile(0.975) * Math.Sqrt(variance / values.Count);
        return new MeanEstimate(mean, mean - half, mean + half);
    }
}
