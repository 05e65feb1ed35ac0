using System.Globalization;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>The kinds of figures whose spread between times and whose false verdicts a machine's calibration holds.</summary>
public static class FigureKind
{
    /// <summary>Speeds of closed races.</summary>
    public const string RaceSpeed = "race speed";

    /// <summary>Failure rates where searches start at random ports.</summary>
    public const string RaceRate = "race rate";

    /// <summary>Failure rates of the rover era: its CPUs bring each other into step, and the rate drifts with it.</summary>
    public const string RoverRate = "race rate, rover era";

    /// <summary>Speeds of tables on one thread.</summary>
    public const string OneThread = "throughput speed, 1 thread";

    /// <summary>Speeds of tables on two threads, and on more.</summary>
    public const string TwoThreads = "throughput speed, 2 threads";

    private const int FirstWithoutRover = 5;

    /// <summary>The kind of a failure rate; that of another system is the rover's, which spreads most.</summary>
    internal static string OfRate(RaceCell cell) =>
        (cell.System == "model" || cell.System.StartsWith("linux-", StringComparison.Ordinal))
            && int.TryParse(cell.Era?.Split('.')[0], CultureInfo.InvariantCulture, out int series) && series >= FirstWithoutRover
                ? RaceRate
                : RoverRate;

    /// <summary>The kind of a table's speed.</summary>
    internal static string OfSpeed(ThroughputCell cell) => cell.Threads == 1 ? OneThread : TwoThreads;
}
