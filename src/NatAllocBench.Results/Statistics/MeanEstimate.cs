using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Results.Statistics;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Low">The lower end, or null when there were fewer than two values.</param>
/// <param name="High">The upper end, or null in the same case.</param>
public sealed record MeanEstimate(double Value, double? Low, double? High)
{
    private const double Alpha = 0.05;

    // What a sum in another order may differ by.
    private const double Rounding = 1e-9;

    /// <summary>The mean of independent trials with Student's interval; values that are all equal give an interval of no width.</summary>
    /// <param name="values">A value per trial, at least one, all finite.</param>
    /// <param name="family">
    /// Number of means that are tested together: the intervals hold for all of them at once with 95 % (Bonferroni). 1 for a single one.
    /// </param>
    /// <exception cref="ArgumentException">There are no values, or one is not finite.</exception>
    public static MeanEstimate Of(IReadOnlyList<double> values, int family = 1)
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
        double half = Student(values.Count - 1, family) * Math.Sqrt(variance / values.Count);
        return new MeanEstimate(mean, mean - half, mean + half);
    }

    /// <summary>Student's two-sided quantile for 5 % shared by a family of tests.</summary>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    /// <param name="family">Number of tests.</param>
    public static double Student(double degrees, int family = 1) => new StudentDistribution(degrees).Quantile(1 - (Alpha / family / 2));

    /// <summary>Whether a value lies in the interval; none does where there is no interval.</summary>
    public bool Holds(double value) => value >= Low - Rounding && value <= High + Rounding;
}
