using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The kernel's cells raced in the model: two pinned threads, the same ranges, destinations and arrivals, and a busy wait that makes the
/// model's own short window as long as the fitted one.
/// </summary>
internal sealed class RacedModel(Era era, IReadOnlyList<int> cpus, double offsetNs, ulong seed, CancellationToken cancellation)
{
    private ulong _trial;

    /// <summary>Wait between allocation and confirm, ns.</summary>
    public double AddedNs { get; private set; }

    /// <summary>Work of a packet before its port is chosen, ns.</summary>
    public double PathTimeNs { get; set; }

    /// <summary>Share of pairs that overlapped in the last calibration.</summary>
    public double Overlap { get; private set; }

    /// <summary>Sets the wait so that pairs overlap as often as asked: two steps, since the wait adds to the window as it is.</summary>
    /// <param name="fit">The fitted window.</param>
    public void Match(WindowFit fit)
    {
        Overlap = MeasureOverlap();
        for (int step = 0; step < 2 && !cancellation.IsCancellationRequested; step++)
        {
            AddedNs = Math.Max(0, AddedNs + fit.WindowNs - WindowFit.WindowOf(Overlap, offsetNs));
            Overlap = MeasureOverlap();
        }
    }

    /// <summary>One trial of a cell; null when cancelled, or when its threads did not run at the same time.</summary>
    /// <param name="cell">The cell.</param>
    public (long Attempts, long Failed)? Run(LiveCell cell) => Trial(RacedWorkload.Of(cell, era, AddedNs, PathTimeNs));

    /// <summary>
    /// Share of pairs that overlap now: fresh destinations and the same client port, so that every overlap is a loss.
    /// </summary>
    public double MeasureOverlap()
    {
        const int Pairs = 10_000;
        (long attempts, long failed) = Trial(new RaceWorkload
        {
            Era = era,
            Mode = RaceMode.Default,
            Protocol = IPProtocol.Tcp,
            Destinations = Pairs,
            Clients = 2 * Pairs,
            Connections = 2 * Pairs,
            SourcePorts = SourcePortChoice.Fixed,
            Arrival = new Arrival.Lockstep(offsetNs),
            WindowAddedNs = AddedNs,
        }) ?? (1, 0);
        return 2.0 * failed / attempts;
    }

    private (long Attempts, long Failed)? Trial(RaceWorkload workload) =>
        RaceTrial.Run(workload, cpus, seed + _trial++, cancellation) is { Overlap.Counts: true, Total.Attempts: > 0 } result
            ? (result.Total.Attempts, result.Total.InsertFailed)
            : null;
}
