using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Predicting;

/// <summary>A published cell that a formula speaks of.</summary>
/// <param name="Published">The cell.</param>
/// <param name="Predicted">Failure rate by the formula, 0 to 1.</param>
internal readonly record struct CheckedCell(PublishedCell Published, double Predicted)
{
    private const double MostOtherFailures = 0.05;

    /// <summary>Predicted over measured; null where nothing failed.</summary>
    public double? Ratio => Published.Cell.Rate is > 0 and { } rate ? Predicted / rate : null;

    /// <summary>Whether the prediction lies in the 95 % interval of the measurement.</summary>
    public bool IsInside => Predicted >= Published.Cell.RateLow && Predicted <= Published.Cell.RateHigh;

    /// <summary>The cell with its prediction; null where no formula applies.</summary>
    public static CheckedCell? Of(PublishedCell cell) =>
        cell.WindowSeconds is { } window && IsRace(cell) && Predict(cell.Workload, cell.Cell.Cpus, window) is { } rate
            ? new CheckedCell(cell, rate)
            : null;

    private static double? Predict(RaceWorkload workload, int cpus, double windowSeconds) => workload.Arrival is Arrival.Bursts
        ? BurstPrediction.Of(workload, cpus, windowSeconds)
        : RacePrediction.Of(workload, cpus, windowSeconds).Rate;

    /// <summary>Whether what failed there is the race: exhausted searches and long chains have laws of their own.</summary>
    private static bool IsRace(PublishedCell cell) =>
        (cell.Cell.FailedExhausted ?? 0) + (cell.Cell.FailedChain ?? 0) <= MostOtherFailures * (cell.Cell.InsertFailed ?? 0);
}
