using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.LiveKernel;

/// <summary>What the race calls a cell of the live kernel: its arrival, and the workload that does the same in the model.</summary>
public static class RacedWorkload
{
    private const int AllPorts = RaceWorkload.AllPorts;

    /// <summary>The arrival of a plan's packets.</summary>
    public static Arrival ArrivalOf(SendPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan switch
        {
            { Lockstep: { MeanDelayNanoseconds: > 0 } lockstep } => new Arrival.Tick(lockstep.MeanDelayNanoseconds),
            { Lockstep: { PacketsPerMeeting: > 1 } lockstep } when HasSharedPorts(plan) => new Arrival.Bursts(lockstep.OffsetNanoseconds),
            { Lockstep: { } lockstep } => new Arrival.Lockstep(lockstep.OffsetNanoseconds, lockstep.PacketsPerMeeting),
            { Pacing: Pacing.Poisson } => new Arrival.Poisson(plan.PacketsPerSecond * plan.Senders.Count),
            _ => new Arrival.Closed(),
        };
    }

    /// <summary>
    /// The same rule, clients, destinations, ports and timing for the model; standing entries are first packets without an answer, as the
    /// cell's prefill sends them.
    /// </summary>
    /// <param name="cell">The cell; every connection of one source port, or all clients in one sequence of ports.</param>
    /// <param name="era">The era.</param>
    /// <param name="windowAddedNs">Wait between allocation and confirm, ns.</param>
    /// <param name="pathTimeNs">Work before the allocation, ns.</param>
    public static RaceWorkload Of(LiveCell cell, Era era, double windowAddedNs, double pathTimeNs)
    {
        ArgumentNullException.ThrowIfNull(cell);
        FlowTuple[] flows = [.. cell.Plan.Senders.SelectMany(sender => sender)];
        int destinations = flows.Select(flow => flow.DestinationAddress).Distinct().Count();
        LivePortRange? ports = cell.Rule.Ports;
        int range = ports is { } named ? named.Size : AllPorts;
        return new RaceWorkload
        {
            Era = era,
            Mode = RaceMode.Get(ComparisonContext.NameOf(cell.Rule.Mode)),
            Protocol = ModelRules.Protocol(cell.Rule.Protocol),
            Clients = flows.Select(flow => flow.SourceAddress).Distinct().Count(),
            Destinations = destinations,
            PortMin = ports?.Low ?? 1024,
            PortMax = ports?.High ?? 65535,
            Occupancy = (double)(cell.Prefill?.PacketCount ?? 0) / destinations / range,
            Fill = FillKind.Unanswered,
            WindowAddedNs = windowAddedNs,
            PathTimeNs = pathTimeNs,
            Arrival = ArrivalOf(cell.Plan),
            SourcePorts = HasSharedPorts(cell.Plan) ? SourcePortChoice.Shared : SourcePortChoice.Fixed,
            Connections = flows.Length,
        };
    }

    /// <summary>Whether clients connect again and again, all from one sequence of ports; else each connects once, from one port.</summary>
    private static bool HasSharedPorts(SendPlan plan) => plan.Senders[0][0].SourcePort != plan.Senders[0][^1].SourcePort;
}
