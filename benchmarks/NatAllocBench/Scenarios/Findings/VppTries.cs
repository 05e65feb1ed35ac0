using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Vpp;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>What ten tries on one address come to when another address is empty.</summary>
internal sealed class VppTries : IScenario
{
    private const int Attempts = 1000;
    private const int Fills = 5;
    private const uint SecondAddress = SystemSetup.Address + 1;

    public string Name => "vpp-tries";

    public string Summary => "How often VPP's nat44-ed refuses while another address of its pool is empty.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "VPP: nat44_ed_alloc_addr_and_port, v21.01, v22.06, v26.06. Ten attempts at random ports of the worker's slice; from 22.02 on "
            + "the client's "
            + "address names the one pool address that is tried. One worker; client ports uniform; the first of two addresses is used "
            + "up to the share, "
            + "the second is empty. 22.06 takes the client's address as a little-endian number: all clients of 10.0.0.0/8 are given "
            + "the same address, "
            + "here the empty one.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (double share in (double[])[0.8, 0.9, 0.99])
        {
            yield return Row<Ed2101>("21.01", share, context.Seed);
            yield return Row<Ed2206>("22.06", share, context.Seed);
            yield return Row<Ed2606>("26.06", share, context.Seed);
        }
    }

    private static ScenarioCell Row<TEra>(string era, double share, ulong seed)
        where TEra : struct, IEdEra
    {
        (long Refused, long Probes)[] fills = [.. Enumerable.Range(0, Fills).Select(fill => Measure<TEra>(share, seed + (ulong)fill))];
        return new ScenarioCell
        {
            Table = "VPP: ten tries on one address",
            Era = era,
            Parameters = new Dictionary<string, string>
            {
                ["system"] = "vpp",
                ["first address in use"] = FormattableString.Invariant($"{100 * share:0} %"),
            },
            Attempts = Fills * Attempts,
            Trials = Fills,
            Figures =
            [
                ScenarioFigure.Share(
                    "refused", FailureRate.Estimate([.. fills.Select(_ => (long)Attempts)], [.. fills.Select(fill => fill.Refused)])),
                ScenarioFigure.Mean("probes per connection", MeanEstimate.Of([.. fills.Select(fill => (double)fill.Probes / Attempts)])),
            ],
        };
    }

    private static (long Refused, long Probes) Measure<TEra>(double share, ulong seed)
        where TEra : struct, IEdEra
    {
        uint ports = TEra.PortsPerWorker(1);
        var rule = new EdRule([new EdAddress(SystemSetup.Address, Fib: 0), new EdAddress(SecondAddress, Fib: 0)], ports, Slice: 0);
        var bench = new AllocatorBench<EdAllocator<TEra>, EdRule, EdState>(rule, new EdState((uint)seed), 65536 + Attempts, seed);
        var random = new CpuRandom(seed);
        ushort[] all = [.. Enumerable.Range(1024, (int)ports).Select(port => (ushort)port)];
        random.Shuffle<ushort>(all);
        foreach (ushort port in all.Take((int)(share * all.Length)))
        {
            bench.Take(new FlowTuple<uint>(IpProtocols.Udp, 0xC6120000, 53, SystemSetup.Address, port));
        }

        long refused = 0;
        long asked = 0;
        for (uint i = 0; i < Attempts; i++)
        {
            var flow = new FlowTuple<uint>(
                IpProtocols.Udp, 0x0A000002 + (i << 8), (ushort)(1024 + random.NextBelow(ports)), 0xC6120000, 53);
            bool connected = bench.TryConnect(in flow, out FlowTuple<uint> reply, out int probes);
            refused += connected ? 0 : 1;
            asked += probes;
            if (connected)
            {
                bench.Close(in reply);
            }
        }

        return (refused, asked);
    }
}
