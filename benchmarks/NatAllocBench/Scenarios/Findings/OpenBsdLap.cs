using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Pf;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>How many addresses a round-robin pool asks when all of them are full.</summary>
internal sealed class OpenBsdLap : IScenario
{
    private const uint Network = 0xC6336408; // 198.51.100.8
    private const int Length = 29;
    private const int Addresses = 8;
    private const uint Bound = 100_000;
    private const ushort FirstPort = 20000;
    private const int Ports = 10;

    public string Name => "openbsd-lap";

    public string Summary => "How often a round-robin pool of pf goes round when it is full.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "pf: pf_map_addr with round-robin on 198.51.100.8/29, ten ports, all in use. OpenBSD (pf_lb.c 1.74) notes where the lap began "
            + "as an offset and "
            + "compares it with whole addresses, so that the end is not seen. The search is stopped here after 100,000 addresses; "
            + "later revisions "
            + "and pools that are tables were not looked at. FreeBSD compares addresses and ends after one lap.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        yield return Row<OpenBsd>("openbsd-7.6", context.Seed);
        yield return Row<FreeBsd<Release12>>("freebsd-12", context.Seed);
        yield return Row<FreeBsd<ReleaseMain>>("freebsd-main", context.Seed);
    }

    private static ScenarioCell Row<TSystem>(string era, ulong seed)
        where TSystem : struct, IPfSystem
    {
        var rule = new PfRule<uint>([new PfPrefix<uint>(Network, Length)], FirstPort, FirstPort + Ports - 1)
        {
            PoolType = PfPoolType.RoundRobin,
            MaxMaps = Bound,
        };
        var state = new PfState<uint>();
        var view = new NothingFree();
        var draws = new CpuDraws(seed);
        var flow = new FlowTuple<uint>(IpProtocols.Udp, 0x0A000002, 40000, 0xC6120000, 53);
        _ = PfAllocator<uint, TSystem>.TryChoose(in flow, in rule, ref state, ref view, ref draws, out _);
        double asked = (double)view.Probes / Ports;
        return new ScenarioCell
        {
            Table = "pf: a full round-robin pool",
            Era = era,
            Parameters = new Dictionary<string, string> { ["system"] = "pf", ["ended"] = asked >= Bound ? "by our bound" : "by itself" },
            Figures =
            [
                ScenarioFigure.Exact("addresses of the pool", Addresses),
                ScenarioFigure.Exact("addresses asked", asked),
                ScenarioFigure.Exact("laps", asked / Addresses),
            ],
        };
    }
}
