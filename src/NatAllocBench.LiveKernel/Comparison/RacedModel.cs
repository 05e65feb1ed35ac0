using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The kernel's lockstep cells raced in the model: two pinned threads, the same ranges, destinations and offsets, and a busy wait that
/// makes the model's own short window as long as the fitted one.
/// </summary>
internal sealed class RacedModel(Era era, IReadOnlyList<int> cpus, double offsetNs, ulong seed, CancellationToken cancellation)
{
    private ulong _trial;

    /// <summary>Wait between allocation and confirm, ns.</summary>
    public double AddedNs { get; private set; }

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

    /// <summary>One trial of a cell; null when cancelled.</summary>
    /// <param name="cell">A race cell whose rule has a range.</param>
    public (long Attempts, long Failed)? Run(LiveCell cell)
    {
        FlowTuple[] flows = cell.Plan.Senders[0];
        LivePortRange? ports = cell.Rule.Ports;
        return Trial(new RaceWorkload
        {
            Era = era,
            Mode = RaceMode.Get(ComparisonContext.NameOf(cell.Rule.Mode)),
            Protocol = ModelRules.Protocol(cell.Rule.Protocol),
            Destinations = flows.Select(flow => flow.DestinationAddress).Distinct().Count(),
            PortMin = ports?.Low ?? 1024,
            PortMax = ports?.High ?? 65535,
            Clients = 2 * flows.Length,
            Connections = 2 * flows.Length,
            SourcePorts = SourcePortChoice.Fixed,
            Arrival = new Arrival.Lockstep(offsetNs),
            WindowAddedNs = AddedNs,
        });
    }

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
        RaceTrial.Run(workload, cpus, seed + _trial++, cancellation) is { } result
            ? (result.Total.Attempts, result.Total.InsertFailed)
            : null;
}
