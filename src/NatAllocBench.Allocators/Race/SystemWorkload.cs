using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Allocators.Race;

/// <summary>What the workers of a trial do.</summary>
internal sealed record SystemWorkload
{
    /// <summary>
    /// Ports that a client has towards one destination: the even ones of 32768 to 60999, so that shared sequences fit too.
    /// </summary>
    private const int PortsOfClient = 14_116;

    /// <summary>Flows that fit into a table.</summary>
    private const long MostFlows = 1 << 25;

    /// <summary>Clients, 1 to 2^22.</summary>
    public int Clients { get; init; } = 40;

    /// <summary>Destinations, 1 to 65536.</summary>
    public int Destinations { get; init; } = 1;

    /// <summary>NAT addresses, 1 to 254.</summary>
    public int Pool { get; init; } = 1;

    /// <summary>Share of the ports of each address and destination in use at the start, 0 to 1.</summary>
    public double Occupancy { get; init; }

    /// <summary>Busy wait between choice and insertion, or after both where they are one step, ns.</summary>
    public double WindowNs { get; init; }

    /// <summary>When connections start.</summary>
    public Arrival Arrival { get; init; } = new Arrival.Closed();

    /// <summary>How clients choose their own ports.</summary>
    public SourcePortChoice SourcePorts { get; init; }

    /// <summary>Connections of one trial, all clients together.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Connections of one round, all workers together, on a number of workers; null where there are no rounds.</summary>
    internal int? PerRound(int workers) => Arrival switch
    {
        Arrival.Bursts or Arrival.Tick => Clients,
        Arrival.Lockstep => workers,
        _ => null,
    };

    /// <summary>What is wrong with it in a range of ports, with the fix; null if nothing is.</summary>
    /// <param name="workers">Workers of the race.</param>
    public string? Fault(PortRange range, int workers) => this switch
    {
        { Clients: < 1 or > 1 << 22 } => $"--clients {Clients}: use 1 to {1 << 22}",
        { Destinations: < 1 or > 65536 } => $"--destinations {Destinations}: use 1 to 65536",
        { Pool: < 1 or > 254 } => $"--pool {Pool}: use 1 to 254 addresses",
        { Connections: < 1 or > 10_000_000 } => $"--connections {Connections}: use 1 to 10000000",
        { Occupancy: < 0 or > 1 or double.NaN } => FormattableString.Invariant($"--occupancy {Occupancy}: use a share from 0 to 1"),
        _ when (Occupancy * range.Count * Destinations * Pool) + Connections > MostFlows =>
            $"--occupancy over {Destinations} destinations and {Pool} addresses, and --connections: at most {MostFlows} flows fit; lower "
                + $"one of them",
        { SourcePorts: SourcePortChoice.Fixed } when (long)Clients * Destinations < Connections =>
            $"--source-ports fixed: {Connections} connections need as many clients times destinations; raise --clients to {Connections}",
        { Arrival: Arrival.Lockstep } when Clients < workers =>
            $"--arrival lockstep: {Clients} clients cannot meet on {workers} CPUs; raise --clients to {workers} or lower --cpus",
        _ when Connections > (long)Clients * PortsOfClient =>
            $"--connections {Connections}: {Clients} clients have {PortsOfClient} ports each; raise --clients or lower --connections",
        _ => null,
    };
}
