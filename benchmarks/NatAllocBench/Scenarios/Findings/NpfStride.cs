using System.Globalization;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Npf;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>How many ports of a range a search of NPF can reach.</summary>
internal sealed class NpfStride : IScenario
{
    private static readonly (ushort First, ushort Last)[] Ranges =
        [(1024, 49151), (1024, 65535), (2000, 3999), (1999, 3998), (9999, 19998), (32767, 65535)];

    public string Name => "npf-stride";

    public string Summary => "How many ports of a range one search of NPF can reach.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "NPF: npf_portmap_get, commit 99f0756f (2024). The step to the next port is taken on the port and not on its place in the "
            + "range, so that a "
            + "search moves on by (first port + 1) modulo the size and reaches size / gcd of both. The range is that of npf.conf's "
            + "portmap.min_port "
            + "and portmap.max_port; with the default range every port is reached.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context) => Ranges.Select(range => Row(range.First, range.Last, context.Seed));

    private static ScenarioCell Row(ushort first, ushort last, ulong seed)
    {
        var rule = new NpfRule(SystemSetup.Address, first, last);
        var state = default(NpfState);
        var view = new NothingFree();
        var draws = new CpuDraws(seed);
        var flow = new FlowTuple<uint>(IpProtocols.Udp, 0x0A000002, 40000, 0xC6120000, 53);
        _ = NpfAllocator.TryChoose(in flow, in rule, ref state, ref view, ref draws, out _);
        int size = last - first + 1;
        int predicted = size / (int)System.Numerics.BigInteger.GreatestCommonDivisor(size, first + 1);
        return new ScenarioCell
        {
            Table = "NPF: ports that a search reaches",
            Era = "2024",
            Parameters = new Dictionary<string, string>
            {
                ["system"] = "npf",
                ["ports"] = string.Create(CultureInfo.InvariantCulture, $"{first} to {last}"),
            },
            Figures =
            [
                ScenarioFigure.Exact("ports of the range", size),
                ScenarioFigure.Exact("reached", view.Distinct, predicted, "size / gcd(size, first port + 1)"),
            ],
        };
    }
}
