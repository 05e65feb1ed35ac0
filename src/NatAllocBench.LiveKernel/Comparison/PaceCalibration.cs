using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The timing of the running kernel. One sender as fast as it can gives the time of a packet; pairs that contest a port at known offsets
/// give the window inside it; what is left is the path before and after it.
/// </summary>
/// <param name="Pace">Window, path time and rate, as a run keeps them.</param>
/// <param name="PacketNs">Time of a packet with one CPU sending, ns.</param>
/// <param name="Window">The window with its interval.</param>
public sealed record PaceCalibration(KernelPace Pace, double PacketNs, WindowFit Window)
{
    /// <summary>Upper end of the pairs' offsets, ns: wide, so that a constant skew between the CPUs hardly shortens the window.</summary>
    public const double OffsetNs = 10_000;

    /// <summary>The cells that <see cref="Of"/> needs, in its order: one sender, two senders, contested pairs.</summary>
    public static IReadOnlyList<LiveCell> Cells(LiveProtocol protocol) =>
    [
        ComparisonCells.Saturated(PortMode.Default, 1, protocol),
        ComparisonCells.Saturated(PortMode.Default, 2, protocol),
        ComparisonCells.Calibration(OffsetNs, protocol),
    ];

    /// <summary>The timing by the repetitions of the three cells; null where they do not determine it.</summary>
    /// <param name="one">One sender, at least one repetition.</param>
    /// <param name="two">Two senders, at least one repetition.</param>
    /// <param name="pairs">Contested pairs, at least two repetitions with a loss among them.</param>
    public static PaceCalibration? Of(
        IReadOnlyList<LiveRepetition> one, IReadOnlyList<LiveRepetition> two, IReadOnlyList<LiveRepetition> pairs)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(two);
        ArgumentNullException.ThrowIfNull(pairs);
        if (one.Count == 0 || two.Count == 0 || pairs.Count < 2 || pairs.All(round => round.Counters.Total.InsertFailed == 0))
        {
            return null;
        }

        WindowFit window = WindowFit.Of(
            [.. pairs.Select(round => (double)round.Counters.Total.InsertFailed)], [.. pairs.Select(round => round.Sent / 2.0)], OffsetNs);
        double packet = 1e9 / MedianRate(one);
        return window.WindowNs >= packet ? null : new PaceCalibration(
            new KernelPace { WindowNs = window.WindowNs, PathTimeNs = packet - window.WindowNs, PacketsPerSecond = MedianRate(two) },
            packet,
            window);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"a packet takes {PacketNs / 1000:0.00} us on one CPU; the window is {Window.WindowNs / 1000:0.00} us ")
        + FormattableString.Invariant(
            $"[{Window.WindowLowNs / 1000:0.00}, {Window.WindowHighNs / 1000:0.00}], so {Pace.PathTimeNs / 1000:0.00} us of its path ")
        + FormattableString.Invariant($"are outside the window; two CPUs take {Pace.PacketsPerSecond:0} packets/s");

    private static double MedianRate(IReadOnlyList<LiveRepetition> repetitions) =>
        SampleStatistics.Instance.Median([.. repetitions.Select(repetition => repetition.Send.PacketsPerSecond)]).Value;
}
