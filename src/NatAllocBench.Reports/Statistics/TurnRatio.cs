using NatAllocBench.Results.Statistics;
using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Reports.Statistics;

/// <summary>
/// The second figure over the first where the processes of both took turns: a process of the one and its neighbour of the other met the
/// same state of the machine, so that it cancels out of their ratio.
/// </summary>
/// <remarks>
/// The mean of the logarithms of the ratios with Student's interval. The signed ranks of <see cref="PairedRatio"/> have no 95 % interval
/// for five pairs, and for seven no level that a family of eight could use.
/// </remarks>
internal static class TurnRatio
{
    /// <summary>Estimates the ratio.</summary>
    /// <param name="first">A figure of each process of the base.</param>
    /// <param name="second">One of each process of the other side; those of one index are neighbours.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The ratio, or null where not every process has a neighbour, there are fewer than two, or a figure is 0.</returns>
    public static RatioEstimate? Of(IReadOnlyList<double>? first, IReadOnlyList<double>? second, double confidence = 0.95)
    {
        if (first is not { Count: > 1 } || second?.Count != first.Count || !first.Concat(second).All(v => double.IsFinite(v) && v > 0))
        {
            return null;
        }

        double[] logs = [.. first.Zip(second, (a, b) => Math.Log(b / a))];
        double mean = logs.Average();
        double variance = logs.Sum(log => (log - mean) * (log - mean)) / (logs.Length - 1);
        double half = new StudentDistribution(logs.Length - 1).Quantile((1 + confidence) / 2) * Math.Sqrt(variance / logs.Length);
        return new RatioEstimate(Math.Exp(mean), Math.Exp(mean - half), Math.Exp(mean + half));
    }
}
