using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Workloads;

/// <summary>What one cell of a race does: who connects where, when, with which ports, under which era and mode.</summary>
public sealed record RaceWorkload
{
    /// <summary>Number of ports from 1024 to 65535.</summary>
    public const int AllPorts = 64512;

    /// <summary>How long a closed connection stays in TIME_WAIT, ms.</summary>
    public const int TimeWaitMs = 120_000;

    /// <summary>How long a connection of a steady state lives, ms of the virtual clock.</summary>
    public const int LifetimeMs = 1_000;

    private const int MaxStanding = 1 << 25;

    /// <summary>The era.</summary>
    public required Era Era { get; init; }

    /// <summary>The mode.</summary>
    public required RaceMode Mode { get; init; }

    /// <summary>How the table inserts.</summary>
    public RacedDesign Design { get; init; } = RacedDesign.KernelLocks;

    /// <summary>TCP or UDP.</summary>
    public IPProtocol Protocol { get; init; } = IPProtocol.Tcp;

    /// <summary>Clients, each with an address of its own, 1 to 2^22.</summary>
    public int Clients { get; init; } = 40;

    /// <summary>Threads of each client that connect, 1 to 1024. Thread t of all clients together works on CPU t mod CPUs.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Destinations, 1 to 65536.</summary>
    public int Destinations { get; init; } = 1;

    /// <summary>First port of the rule; 1024 with 65535 means a rule without ports.</summary>
    public ushort PortMin { get; init; } = 1024;

    /// <summary>Last port of the rule.</summary>
    public ushort PortMax { get; init; } = 65535;

    /// <summary>NAT addresses, 1 to 254.</summary>
    public int Pool { get; init; } = 1;

    /// <summary>Share of the ports of every NAT address and destination that are in TIME_WAIT at the start, 0 to 1.</summary>
    public double Occupancy { get; init; }

    /// <summary>How those entries came about.</summary>
    public FillKind Fill { get; init; }

    /// <summary>Busy wait added between allocation and confirm, ns.</summary>
    public double WindowAddedNs { get; init; }

    /// <summary>
    /// Work of a packet before its port is chosen, ns: driver, bridge, routing and rules in a kernel, 0 for the pure algorithm.
    /// </summary>
    public double PathTimeNs { get; init; }

    /// <summary>When connections start.</summary>
    public Arrival Arrival { get; init; } = new Arrival.Closed();

    /// <summary>How clients choose ports.</summary>
    public SourcePortChoice SourcePorts { get; init; }

    /// <summary>
    /// New connections per second of a virtual clock in a steady state: they open, live for a second, close, stay in TIME_WAIT for two
    /// minutes and expire; the table starts with those of the last two minutes. 0: nothing closes during the trial.
    /// </summary>
    public double ChurnPerSecond { get; init; }

    /// <summary>Connections of one trial, all clients together, at least 1.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Connecting threads of all clients together.</summary>
    public int Senders => Clients * Threads;

    /// <summary>Whether the rule names ports.</summary>
    public bool HasPortRange => PortMin != 1024 || PortMax != 65535;

    /// <summary>Number of ports of the rule.</summary>
    public int PortCount => PortMax - PortMin + 1;

    /// <summary>Entries that are in the table at the start.</summary>
    public long Standing => ChurnPerSecond > 0
        ? (long)(ChurnPerSecond * TimeWaitMs / 1000)
        : (long)Math.Round(Occupancy * PortCount) * Pool * Destinations;

    /// <summary>Entries of a steady state by Little's law: rate times the time that a connection stands.</summary>
    public double SteadyEntries => ChurnPerSecond * (TimeWaitMs + LifetimeMs) / 1000;

    /// <summary>The rule.</summary>
    public NatRange<IPv4Address> Rule
    {
        get
        {
            NatRange<IPv4Address> range = NatRange<IPv4Address>.Pool(NatAddress(0), NatAddress(Pool - 1), Mode.Flags);
            return HasPortRange ? range.WithPorts(PortMin, PortMax) : range;
        }
    }

    /// <summary>A NAT address: 203.0.113.1 and following.</summary>
    /// <param name="index">0 to <see cref="Pool"/> - 1.</param>
    public static IPv4Address NatAddress(int index) => IPv4Address.FromValue(0xCB007101 + (uint)index);

    /// <summary>The address of a client: 10.0.0.2 and following.</summary>
    /// <param name="index">Number of the client.</param>
    public static IPv4Address ClientAddress(int index) => IPv4Address.FromValue(0x0A000002 + (uint)index);

    /// <summary>The address of a destination: 198.18.0.0 and following; all listen on port 80 (TCP) or 53 (UDP).</summary>
    /// <param name="index">Number of the destination.</param>
    public static IPv4Address DestinationAddress(int index) => IPv4Address.FromValue(0xC6120000 + (uint)index);

    /// <summary>Checks every number against its range and against the others.</summary>
    /// <exception cref="ArgumentException">Something is wrong; the message names it and the fix.</exception>
    public void Validate()
    {
        Check(Clients is >= 1 and <= 1 << 22, $"--clients {Clients}: use 1 to {1 << 22}");
        Check(Threads is >= 1 and <= 1024, $"--threads {Threads}: use 1 to 1024 for each client");
        Check(Destinations is >= 1 and <= 65536, $"--destinations {Destinations}: use 1 to 65536");
        Check(PortMin <= PortMax, $"--ports {PortMin}-{PortMax}: the first port is above the last; write them the other way round");
        Check(PortMin > 0, "--ports 0-...: port 0 cannot be used; begin at 1 or above");
        Check(Pool is >= 1 and <= 254, $"--pool {Pool}: use 1 to 254 addresses");
        Check(Occupancy is >= 0 and <= 1, FormattableString.Invariant($"--occupancy {Occupancy}: use a share from 0 to 1"));
        Check(
            ChurnPerSecond is 0 or (>= 1 and <= 1e6),
            FormattableString.Invariant($"--churn {ChurnPerSecond}: use 1 to 1000000 connections per second"));
        Check(ChurnPerSecond == 0 || Occupancy == 0, "--churn brings its own standing entries: leave --occupancy out");
        Check(ChurnPerSecond == 0 || Protocol == IPProtocol.Tcp, "--churn needs connections that close: use --protocol tcp");
        Check(SteadyEntries <= (double)PortCount * Pool * Destinations,
            FormattableString.Invariant($"--churn {ChurnPerSecond} keeps {SteadyEntries:0} entries, more than the ")
                + $"{(long)PortCount * Pool * Destinations} ports there are: lower it, or raise --destinations or --pool");
        Check(Connections >= 1, $"--connections {Connections}: use at least 1");
        Check(Standing + Connections <= MaxStanding,
            $"{Connections} connections and {Standing} standing entries (--occupancy over {Destinations} destinations and {Pool} "
                + $"addresses) are more than the {MaxStanding} that fit: lower --connections or --occupancy");
        Check(Threads == 1 || (long)Clients * Destinations <= 16_384,
            $"--threads {Threads}: several threads a client need at most 16384 clients times destinations");
        Check(
            Threads == 1 || SourcePorts != SourcePortChoice.Fixed,
            "--source-ports fixed: a client can have one thread only; use --threads 1");
        Check(SourcePorts != SourcePortChoice.Fixed || (long)Clients * Destinations >= Connections,
            $"--source-ports fixed: {Connections} connections need as many clients times destinations; raise --clients to {Connections}");
    }

    /// <summary>Checks the workload against the number of workers.</summary>
    /// <param name="cpus">CPUs of the race.</param>
    /// <exception cref="ArgumentException">It does not fit; the message says why and the fix.</exception>
    public void ValidateFor(int cpus) => Check(
        Arrival is not Workloads.Arrival.Lockstep || Senders >= cpus,
        $"--arrival lockstep: {Senders} client threads cannot meet on {cpus} CPUs; raise --clients to {cpus} or lower --cpus");

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
