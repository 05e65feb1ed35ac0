using NatAllocBench.Prediction.Racing;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Predicting;

/// <summary>
/// What clients lose that wake together and send without a pause. Where a CPU has one of them, both ends of its window are known and the
/// overlap is a formula; where it has several, they wait for each other, and the event model counts.
/// </summary>
internal static class BurstPrediction
{
    /// <summary>Expected overlapping partners of a connection.</summary>
    /// <param name="clients">Clients that wake together.</param>
    /// <param name="offsetSeconds">Each CPU begins at an offset uniform in 0 to this.</param>
    /// <param name="costs">Window and path.</param>
    /// <param name="cpus">CPUs.</param>
    public static double Overlap(int clients, double offsetSeconds, Costs costs, int cpus) =>
        cpus == 1 ? 0
        : clients <= cpus ? (clients - 1) / 2.0 * Prediction.Racing.Overlap.OfLockstep(offsetSeconds, [costs.WindowSeconds])
        : EventModel.OfBursts(clients, offsetSeconds, costs.WindowSeconds, costs.PathSeconds, cpus);

    /// <summary>Why that says nothing; null if it does.</summary>
    /// <param name="costs">Window and path.</param>
    public static string? WhyNot(Costs costs)
    {
        // In a burst a CPU has no pause: what counts is the share of that time that it is in a window.
        double share = costs.WindowSeconds / (costs.WindowSeconds + costs.PathSeconds);
        return share > RacePrediction.MostLoad
            ? FormattableString.Invariant($"CPUs are in their windows for {share * 100:0} % of a burst: saturated")
            : null;
    }

    /// <summary>The prediction of a raced workload; null where no law applies.</summary>
    /// <param name="workload">Bursts.</param>
    /// <param name="cpus">Workers.</param>
    /// <param name="windowSeconds">Mean window.</param>
    public static double? Of(RaceWorkload workload, int cpus, double windowSeconds)
    {
        var costs = new Costs(windowSeconds, 0, (workload.PathTimeNs * 1e-9) + RacePrediction.OwnPathSeconds, "");
        if (workload.Arrival is not Arrival.Bursts bursts || RacePrediction.WhyNoLaw(workload) is not null || WhyNot(costs) is not null)
        {
            return null;
        }

        double offset = bursts.OffsetNs * 1e-9;
        double searched = RacePrediction.SearchLoss(
            workload, Overlap(workload.Clients, offset, costs, cpus) / workload.Destinations);
        double kept = RacePrediction.AlwaysSearches(workload.Mode)
            ? 0
            : RaceLoss.OfKeptPortInBursts(workload.Clients, offset, windowSeconds, cpus) / workload.Destinations;
        return Math.Min(1, searched + kept);
    }
}
