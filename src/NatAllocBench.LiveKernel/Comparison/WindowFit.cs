using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The one fitted number of the comparison. Two packets that start at offsets uniform in 0 to D overlap with probability
/// 1 - (1 - W/D)^2, where W is the window; the model says how often an overlap costs a connection. So the losses of all cells together
/// give the overlap probability, and that gives W.
/// </summary>
/// <param name="Overlap">Share of pairs that overlapped, 0 to 1.</param>
/// <param name="OverlapLow">Lower end of its 95 % interval.</param>
/// <param name="OverlapHigh">Upper end.</param>
/// <param name="OffsetNs">D, ns.</param>
public sealed record WindowFit(double Overlap, double OverlapLow, double OverlapHigh, double OffsetNs)
{
    /// <summary>W, ns.</summary>
    public double WindowNs => WindowOf(Overlap, OffsetNs);

    /// <summary>Lower end of the 95 % interval of W, ns.</summary>
    public double WindowLowNs => WindowOf(OverlapLow, OffsetNs);

    /// <summary>Upper end of the 95 % interval of W, ns.</summary>
    public double WindowHighNs => WindowOf(OverlapHigh, OffsetNs);

    /// <summary>The window that makes a share of pairs overlap.</summary>
    /// <param name="overlap">The share; clamped to 0 to 1.</param>
    /// <param name="offsetNs">D, ns.</param>
    public static double WindowOf(double overlap, double offsetNs) => offsetNs * (1 - Math.Sqrt(1 - Math.Clamp(overlap, 0, 1)));

    /// <summary>The share of pairs that a window makes overlap.</summary>
    /// <param name="windowNs">W, ns.</param>
    /// <param name="offsetNs">D, ns.</param>
    public static double OverlapOf(double windowNs, double offsetNs)
    {
        double apart = 1 - Math.Clamp(windowNs / offsetNs, 0, 1);
        return 1 - (apart * apart);
    }

    /// <summary>
    /// Fits the overlap to rounds, each a pass over all cells. The rounds are the sampling units: the CPUs' distance drifts from one to the
    /// next, for all cells alike.
    /// </summary>
    /// <param name="lost">Connections lost in each round.</param>
    /// <param name="lostIfAlways">Connections that the model would lose in the same round if every pair overlapped; above 0.</param>
    /// <param name="offsetNs">D, ns.</param>
    /// <exception cref="ArgumentException">Fewer than two rounds, or rounds that do not match.</exception>
    public static WindowFit Of(IReadOnlyList<double> lost, IReadOnlyList<double> lostIfAlways, double offsetNs)
    {
        ArgumentNullException.ThrowIfNull(lost);
        ArgumentNullException.ThrowIfNull(lostIfAlways);
        if (lost.Count < 2 || lost.Count != lostIfAlways.Count)
        {
            throw new ArgumentException($"a window needs two rounds or more, here are {lost.Count} and {lostIfAlways.Count}");
        }

        double total = lostIfAlways.Sum();
        double overlap = lost.Sum() / total;
        int rounds = lost.Count;
        double between = lost.Zip(lostIfAlways, (x, e) => Math.Pow(x - (overlap * e), 2)).Sum() * rounds / (rounds - 1);

        // Counts cannot spread less than Poisson's, even where few rounds happen to agree.
        double error = MeanEstimate.Student(rounds - 1) * Math.Sqrt(Math.Max(between, lost.Sum())) / total;
        return new WindowFit(overlap, Math.Max(0, overlap - error), overlap + error, offsetNs);
    }
}
