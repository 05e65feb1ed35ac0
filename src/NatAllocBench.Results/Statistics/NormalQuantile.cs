using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Results.Statistics;

/// <summary>Quantiles of the normal distribution.</summary>
public static class NormalQuantile
{
    /// <summary>Half the width of a 95 % interval, in standard errors.</summary>
    public const double Of95 = 1.96;

    /// <summary>The same of a 99.9 % interval.</summary>
    public const double Of999 = 3.29;

    /// <summary>The same of an interval of any level.</summary>
    /// <param name="confidence">The level, above 0 and below 1.</param>
    public static double TwoSided(double confidence) => NormalDistribution.Standard.Quantile((1 + confidence) / 2);
}
