using NatAllocBench.Prediction;
using NatAllocBench.Prediction.Queueing;

namespace NatAllocBench.Predicting;

/// <summary>Connections per second of n CPUs, between the slowest and the fastest calibration.</summary>
/// <param name="Low">With the longest station time.</param>
/// <param name="High">With the shortest.</param>
/// <param name="WaitSeconds">Time at the shared line with the longest.</param>
/// <param name="Spinning">
/// The least where CPUs that wait spin on the line instead of queueing for it; null while there are too few CPUs to keep it in use.
/// </param>
internal readonly record struct SpeedBand(double Low, double High, double WaitSeconds, double? Spinning);

/// <summary>
/// One shared cache line, calibrated with one and two threads of every published throughput run of a design. Nothing above two CPUs was
/// measured, so the band is as wide as the calibrations differ.
/// </summary>
internal sealed class SharedLine
{
    private readonly List<(double Alone, double Line)> _calibrations = [];

    public SharedLine(PublishedCells published, string design)
    {
        foreach (var run in published.Throughputs.Where(one => one.Cell.Design == design && one.Cell.ConnectionsPerSecond > 0)
            .GroupBy(one => (one.Run, one.Cell.Era, one.Cell.Mode, one.Cell.Destinations, one.Cell.WindowAddedNs, one.Cell.Connections)))
        {
            double? one = run.FirstOrDefault(cell => cell.Cell.Threads == 1).Cell?.ConnectionsPerSecond;
            double? two = run.FirstOrDefault(cell => cell.Cell.Threads == 2).Cell?.ConnectionsPerSecond;
            if (one is { } alone && two is { } both)
            {
                _calibrations.Add((1 / alone, LineOf(1 / alone, both)));
            }
        }
    }

    /// <summary>Calibrations found.</summary>
    public int Count => _calibrations.Count;

    /// <summary>The band for a number of CPUs; null without a calibration.</summary>
    public SpeedBand? Of(int cpus)
    {
        if (_calibrations.Count == 0)
        {
            return null;
        }

        (double PerSecond, double AtLines)[] all =
            [.. _calibrations.Select(one => ClosedNetwork.Solve(cpus, one.Alone - one.Line, [one.Line]))];
        double[] spinning =
        [
            .. _calibrations.Where(one => cpus * one.Line > one.Alone).Select(one =>
                SpinningLine.PerSecond(cpus, one.Alone - one.Line, one.Line, SpinningLine.TestAndSet)),
        ];
        return new SpeedBand(
            all.Min(one => one.PerSecond), all.Max(one => one.PerSecond), all.Max(one => one.AtLines),
            spinning.Length == 0 ? null : spinning.Min());
    }

    /// <summary>The time at the line with which two CPUs make what they made: the longer it is, the less they make.</summary>
    private static double LineOf(double alone, double both) => Root.OfRising(
        line => both - ClosedNetwork.Solve(2, alone - line, [line]).PerSecond, 0, alone);
}
