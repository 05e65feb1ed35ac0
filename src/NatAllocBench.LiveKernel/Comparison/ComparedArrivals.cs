namespace NatAllocBench.LiveKernel;

/// <summary>What of the arrivals is held against the model.</summary>
/// <param name="Workloads">Names of <see cref="Names"/>.</param>
/// <param name="Modes">How ports are chosen.</param>
/// <param name="Fills">Shares of the range in use while connections arrive, each 0 or 0.05 to 0.95.</param>
/// <param name="Protocols">TCP, UDP or both.</param>
public sealed record ComparedArrivals(
    IReadOnlyList<string> Workloads, IReadOnlyList<PortMode> Modes, IReadOnlyList<double> Fills, IReadOnlyList<LiveProtocol> Protocols)
{
    /// <summary>Offsets at which senders start after a meeting, ns: many windows, so that a skew between two CPUs moves little.</summary>
    public const double OffsetNs = PaceCalibration.OffsetNs;

    private const int SmallRange = 16;
    private const int Range = 256;
    private const int Pairs = 16_384;
    private const double SpreadPerClientNs = 8000;
    private const int PoissonClients = 40;
    private const double PoissonPerSecond = 100_000;

    /// <summary>Near exhaustion a search looks at dozens of ports; a CPU opens fewer than half of <see cref="PoissonPerSecond"/>.</summary>
    private const double PoissonPerSecondWhenFull = 40_000;

    private const double Full = 0.75;


    private static readonly int[] Clients = [10, 20, 40, 80];

    /// <summary>The arrivals that can be compared, in the order of the tables.</summary>
    public static IReadOnlyList<string> Names { get; } = ["saturated", "lockstep", "bursts", "tick", "poisson", "closed"];

    /// <summary>One series for each cell.</summary>
    internal IEnumerable<ArrivalSeries> Series() =>
        from name in Names.Where(Workloads.Contains)
        from protocol in Protocols
        from fill in Fills
        from mode in Modes
        from series in Of(name, protocol, fill, mode)
        select series;

    private static IEnumerable<ArrivalSeries> Of(string name, LiveProtocol protocol, double fill, PortMode mode) => name switch
    {
        "saturated" => [new("saturated", $"{Range} ports", BackToBack(ComparisonCells.Race(Range, mode, protocol, Pairs, OffsetNs, fill)))],
        "lockstep" =>
        [
            .. new[] { SmallRange, Range }.Select(range => new ArrivalSeries(
                "lockstep", $"{range} ports", ComparisonCells.Race(range, mode, protocol, PairsFor(range, fill), OffsetNs, fill))),
        ],
        "bursts" => [.. ClientsFor(mode).Select(clients => new ArrivalSeries(
            "bursts", $"{clients} clients", ArrivalCells.Bursts(clients, mode, protocol, fill, OffsetNs)))],
        "tick" => [.. ClientsFor(mode).Select(clients => new ArrivalSeries(
            "tick", $"{clients} clients", ArrivalCells.Tick(clients, mode, protocol, fill, SpreadPerClientNs * clients)))],
        "poisson" =>
        [
            new("poisson", $"{PoissonRate(fill):0}/s", ArrivalCells.Poisson(PoissonClients, mode, protocol, fill, PoissonRate(fill))),
        ],
        _ => [new("closed", "one destination", ComparisonCells.Saturated(mode, 2, protocol, fill: fill))],
    };

    private static double PoissonRate(double fill) => fill < Full ? PoissonPerSecond : PoissonPerSecondWhenFull;

    /// <summary>A mode that always searches does not care how many share a port: the most clients stand for all.</summary>
    private static int[] ClientsFor(PortMode mode) => mode == PortMode.Default ? Clients : Clients[^1..];

    /// <summary>
    /// Each sender opens all its connections to a destination back to back: it is saturated, and both CPUs are known to be at one place.
    /// </summary>
    internal static LiveCell BackToBack(LiveCell race)
    {
        FlowTuple[] flows = race.Plan.Senders[0];
        int each = flows.TakeWhile(flow => flow.DestinationAddress == flows[0].DestinationAddress).Count();
        return race with
        {
            Name = "saturated " + race.Name,
            Plan = race.Plan with { Lockstep = race.Plan.Lockstep! with { PacketsPerMeeting = each } },
        };
    }

    /// <summary>With a fill, as many pairs as 100,000 packets of fill allow.</summary>
    private static int PairsFor(int range, double fill) =>
        fill == 0 ? Pairs : Math.Max(range / 20, Math.Min(Pairs, (int)(100_000 / (20 * fill))));
}
