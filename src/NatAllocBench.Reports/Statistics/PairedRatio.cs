using NatAllocBench.Results.Statistics;
using Perfolizer.Mathematics.Common;
using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Reports.Statistics;

/// <summary>
/// By what factor the second of each pair lies above the first, where both were measured next to each other: what changes from pair to pair
/// cancels out, and far smaller differences show than between two samples.
/// </summary>
/// <remarks>
/// Hodges and Lehmann's estimator for one sample (Annals of Mathematical Statistics 34, 1963), the median of all means of two logarithms of
/// ratios, with the interval that Wilcoxon's signed-rank test does not reject. It assumes that the logarithms lie symmetrically, as those
/// of two ways in changing order do; wild pairs move it little.
/// </remarks>
public static class PairedRatio
{
    /// <summary>
    /// Minimum number of pairs for an interval: from here on the normal approximation of the signed-rank statistic is good.
    /// </summary>
    public const int MinPairs = 20;

    /// <summary>Estimates the factor.</summary>
    /// <param name="pairs">At least one pair, all values finite and above 0; at most some thousands, since all means are listed.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The factor; without an interval when there are fewer than <see cref="MinPairs"/>.</returns>
    /// <exception cref="ArgumentException">There are no pairs, or a value is not finite and above 0.</exception>
    public static RatioEstimate Of(IReadOnlyList<(double First, double Second)> pairs, double confidence = 0.95)
    {
        double[] logs = [.. pairs.Select(pair => Math.Log(pair.Second / pair.First))];
        if (logs.Length == 0 || !logs.All(double.IsFinite))
        {
            throw new ArgumentException("a ratio needs pairs of finite values above 0", nameof(pairs));
        }

        double[] means = MeansOfTwo(logs);
        double middle = (means[(means.Length - 1) / 2] + means[means.Length / 2]) / 2;
        if (logs.Length < MinPairs)
        {
            return new RatioEstimate(Math.Exp(middle), null, null);
        }

        double n = logs.Length;
        double deviation = Math.Sqrt(n * (n + 1) * ((2 * n) + 1) / 24);
        int cut = (int)Math.Floor((n * (n + 1) / 4) + (NormalDistribution.Standard.Quantile((1 - confidence) / 2) * deviation) - 0.5);
        return new RatioEstimate(Math.Exp(middle), Math.Exp(means[cut]), Math.Exp(means[means.Length - 1 - cut]));
    }

    /// <summary>The means of every value with itself and with every later one, in order.</summary>
    private static double[] MeansOfTwo(double[] values)
    {
        double[] means = new double[values.Length * (values.Length + 1) / 2];
        int next = 0;
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = i; j < values.Length; j++)
            {
                means[next++] = (values[i] + values[j]) / 2;
            }
        }

        Array.Sort(means);
        return means;
    }
}
