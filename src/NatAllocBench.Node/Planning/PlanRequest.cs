using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Prediction.Occupancy;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Planning;

/// <summary>Which port a rule asks for.</summary>
public enum PortMode
{
    /// <summary>No flag: the client's own port if it is free.</summary>
    Default,

    /// <summary><c>random</c>.</summary>
    Random,

    /// <summary><c>random-fully</c>.</summary>
    RandomFully,
}

/// <summary>What a gateway has to carry and what it has.</summary>
public sealed record PlanRequest
{
    /// <summary>New connections per second, all destinations together.</summary>
    public double Rate { get; init; } = 500;

    /// <summary>Destinations (address and port), used alike.</summary>
    public int Destinations { get; init; } = 1;

    /// <summary>Seconds that a connection is open.</summary>
    public double Hold { get; init; }

    /// <summary>Seconds that its port stays taken afterwards.</summary>
    public double TimeWait { get; init; } = 120;

    /// <summary>NAT addresses; null tries 1, 2, 4 and so on until the target holds.</summary>
    public int? Addresses { get; init; }

    /// <summary>Ports of each address.</summary>
    public int Ports { get; init; } = 64_512;

    /// <summary>The most connections to one destination that the gateway documents, if that is below its ports.</summary>
    public int? DocumentedPerDestination { get; init; }

    /// <summary>TCP, whose closed connections a kernel from 6.5 on may evict; else UDP.</summary>
    public bool IsTcp { get; init; } = true;

    /// <summary>The kernel's era.</summary>
    public required Era Era { get; init; }

    /// <summary>The rule's flag.</summary>
    public PortMode Mode { get; init; } = PortMode.RandomFully;

    /// <summary>Client addresses behind the gateway.</summary>
    public int Clients { get; init; } = 40;

    /// <summary>CPUs of the gateway that process new connections.</summary>
    public int Cpus { get; init; } = 2;

    /// <summary>Entries that the conntrack table takes.</summary>
    public long TableEntries { get; init; } = 262_144;

    /// <summary>Mean seconds from the choice of a port to its insertion.</summary>
    public double Window { get; init; } = 0.9e-6;

    /// <summary>The share of connections that may be lost.</summary>
    public double Target { get; init; } = 1e-6;

    /// <summary>Seconds that each port is taken.</summary>
    public double Taken => Hold + TimeWait;

    /// <summary>Ports of one address that one destination can use.</summary>
    public int UsablePorts => Math.Min(Ports, DocumentedPerDestination ?? Ports);

    /// <summary>A gateway of which only limits are published: its search is not that of a Linux kernel.</summary>
    public bool IsPublishedGateway { get; init; }

    /// <summary>The most NAT addresses that the gateway takes.</summary>
    public int MostAddresses { get; init; } = 65_536;

    /// <summary>Where the rule's search starts on this kernel.</summary>
    public StartOffset Start => Mode switch
    {
        PortMode.Default => Era.Traits.DefaultStart,
        PortMode.Random => Era.Traits.RandomStart,
        _ => Era.Traits.RandomFullyStart,
    };

    /// <summary>The ports of one address and how a search for one of them goes.</summary>
    public SearchLimits Search => new(
        UsablePorts, Era.Traits.Search >= PortSearch.Limited, IsTcp && Era.Traits.Search == PortSearch.LimitedEvicting);

    /// <summary>What those ports get.</summary>
    /// <param name="perSecond">New connections per second of one address to one destination.</param>
    public PortTraffic PortsAt(double perSecond) => new(
        Search, perSecond, Hold, TimeWait, Mode == PortMode.Default, Start switch
        {
            StartOffset.Random => WalkStart.Random,
            StartOffset.Rover => WalkStart.Rover,
            _ => WalkStart.Constant,
        });

    /// <summary>The same with connections open for so long that a share of the ports is in use, and none of them closed.</summary>
    /// <param name="share">0 to 1.</param>
    public PlanRequest AtOccupancy(double share) => this with
    {
        TimeWait = 0,
        Hold = Math.Max(1e-9, share * UsablePorts * Destinations * (Addresses ?? 1) / Rate),
    };

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="NodeInputException">One is out of range; the message names it and the fix.</exception>
    public void Validate()
    {
        Check(Rate is > 0 and <= 1e8, string.Create(CultureInfo.InvariantCulture,
            $"--rate {Rate}: use more than 0 and at most 100000000 connections per "
            + $"second"));
        Check(Destinations is >= 1 and <= 1_000_000, $"--destinations {Destinations}: use 1 to 1000000");
        Check(Hold is >= 0 and <= 1e7, FormattableString.Invariant($"--hold {Hold}: use 0 to 10000000 seconds"));
        Check(TimeWait is >= 0 and <= 1e7, FormattableString.Invariant($"--time-wait {TimeWait}: use 0 to 10000000 seconds"));
        Check(Taken > 0, "--hold 0 with --time-wait 0: a port that is never taken has no limit; raise one of them");
        Check(Addresses is null || (Addresses >= 1 && Addresses <= MostAddresses), $"--addresses {Addresses}: use 1 to {MostAddresses}");
        Check(Clients is >= 1 and <= 1 << 24, $"--clients {Clients}: use 1 to {1 << 24}");
        Check(Cpus is >= 1 and <= 4_096, $"--cpu-count {Cpus}: use 1 to 4096");
        Check(TableEntries >= 1, $"--table {TableEntries}: use at least 1 entry");
        Check(Window is > 0 and < 1, FormattableString.Invariant($"--window {Window}: use more than 0 and less than 1 second"));
        Check(Target is > 0 and < 1, FormattableString.Invariant($"--target {Target}: use a share above 0 and below 1, for example 1e-6"));
        Check(Mode != PortMode.RandomFully || Era.Traits.RandomFullyStart != StartOffset.NotAvailable,
            $"--mode random-fully: it came with 3.14; choose another mode than random-fully for era {Era}");
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new NodeInputException(message);
        }
    }
}
