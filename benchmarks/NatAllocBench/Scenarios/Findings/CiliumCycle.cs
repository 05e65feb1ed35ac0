using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Cilium;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>Where the retries of Cilium's search lead, and what that costs.</summary>
internal sealed class CiliumCycle : IScenario
{
    private const int Fills = 5;
    private const int Turnover = 4000;
    private const int Ports = 32768;
    private static readonly CiliumRule Rule = new(SystemSetup.Address, 32768, 65535);

    public string Name => "cilium-cycle";

    public string Summary => "Which ports the retries of Cilium's search reach, and how full the range can get.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "Cilium: bpf/lib/nat.h, __snat_try_keep_port and the loop of snat_v4_new_mapping. After two candidates the last one plus one "
            + "is scaled into "
            + "the range as a random number is. Up to 1.16 that is a stride; from 1.17 each step goes half of the way to the last port, "
            + "and then round the same few ports. The last two rows are experiments, no version.",
        "Cilium, a range of 32,768 ports, one destination, clients whose own ports lie below the range. Filled without closing; in use "
            + "at 50 and 70 %: "
            + "one connection closes, one opens, 4000 times.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        yield return Row<Cilium18<LargePrograms>>("1.8", context.Seed);
        yield return Row<Cilium116>("1.16", context.Seed);
        yield return Row<Cilium117>("1.17", context.Seed);
        yield return Row<Cilium118>("1.18", context.Seed);
        yield return Row<Cilium119>("1.19", context.Seed);
        yield return Row<Cilium118PlusOne>("1.18 with a plain plus one", context.Seed);
        yield return Row<Cilium118Draw>("1.18 with a draw per try", context.Seed);
    }

    /// <summary>Ports that a search without an end goes round in; null where it draws.</summary>
    public static int? Cycle<TEra>(ulong seed)
        where TEra : struct, ICiliumEra
    {
        if (TEra.Step == CiliumStep.Draw)
        {
            return null;
        }

        var draws = new CpuDraws(seed);
        CiliumCandidates<TEra> candidates = CiliumCandidates<TEra>.First(in Rule, sourcePort: 1, ref draws);
        var seen = new Dictionary<ushort, int>();
        candidates.Fail(ref draws); // the second candidate is drawn; what follows depends on the last one only
        for (int step = 0; ; step++)
        {
            if (!seen.TryAdd(candidates.Port, step))
            {
                return step - seen[candidates.Port];
            }

            candidates.Fail(ref draws);
        }
    }

    private static ScenarioCell Row<TEra>(string era, ulong seed)
        where TEra : struct, ICiliumEra
    {
        (int First, int Exceeded)[] fills =
        [
            .. Enumerable.Range(0, Fills).Select(fill =>
            {
                var random = new CpuRandom(seed + (ulong)fill);
                FlowTuple<uint> Next(int i) => Flow(i, ref random);
                return Bench<TEra>(seed + (ulong)fill).Fill(Ports, 0.01, Next);
            }),
        ];
        MeanEstimate exceeded = MeanEstimate.Of([.. fills.Select(fill => (double)fill.Exceeded / Ports)]);
        int? cycle = Cycle<TEra>(seed);
        return new ScenarioCell
        {
            Table = "Cilium: where retries lead",
            Era = era,
            Parameters = new Dictionary<string, string> { ["system"] = "cilium", ["tries"] = $"{TEra.Tries}" },
            Attempts = (Fills * Ports) + (2 * Turnover),
            Trials = Fills,
            Figures =
            [
                .. cycle is { } ports ? (ScenarioFigure[])[ScenarioFigure.Exact("ports of the cycle", ports)] : [],
                ScenarioFigure.Exact("first refusal", (double)fills.Min(fill => fill.First) / Ports, isShare: true),
                ScenarioFigure.Mean("in use when 1 % are refused", exceeded, isShare: true),
                ScenarioFigure.Exact("refused with 50 % in use", Steady<TEra>(0.5, seed), isShare: true),
                ScenarioFigure.Exact("refused with 70 % in use", Steady<TEra>(0.7, seed), isShare: true),
            ],
        };
    }

    /// <summary>The share refused in a steady state.</summary>
    private static double Steady<TEra>(double share, ulong seed)
        where TEra : struct, ICiliumEra
    {
        var random = new CpuRandom(seed);
        AllocatorBench<CiliumAllocator<TEra>, CiliumRule, CiliumState> bench = Bench<TEra>(seed);
        var live = new List<FlowTuple<uint>>();
        int next = 0;
        while (live.Count < share * Ports)
        {
            if (bench.TryConnect(Flow(next++, ref random), out FlowTuple<uint> reply, out _))
            {
                live.Add(reply);
            }
        }

        // One turnover first, so that what stands came about in the steady state.
        int refused = 0;
        for (int i = -live.Count; i < Turnover; i++)
        {
            int closing = (int)random.NextBelow((uint)live.Count);
            bench.Close(live[closing]);
            FlowTuple<uint> reply;
            while (!bench.TryConnect(Flow(next++, ref random), out reply, out _))
            {
                refused += i < 0 ? 0 : 1;
            }

            live[closing] = reply;
        }

        return (double)refused / (refused + Turnover);
    }

    private static AllocatorBench<CiliumAllocator<TEra>, CiliumRule, CiliumState> Bench<TEra>(ulong seed)
        where TEra : struct, ICiliumEra => new(Rule, default, 2 * Ports, seed);

    private static FlowTuple<uint> Flow(int number, ref CpuRandom random) =>
        new(IpProtocols.Udp, 0x0A000002 + (uint)number, (ushort)(1024 + random.NextBelow(31_744)), 0xC6120000, 53);
}
