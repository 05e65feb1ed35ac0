using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Jool;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>What becomes of a pool of Jool whose ranges touch.</summary>
internal sealed class JoolPoolCount : IScenario
{
    private const int Ports = 2000;

    public string Name => "jool-pool";

    public string Summary => "When a pool of Jool refuses if it was added as two touching ranges.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "Jool: src/mod/common/db/pool4/db.c and rfc6056.c, 4.0.0 to 4.2.0-rc3. A range that is joined to a stored one does not add to "
            + "the number "
            + "of transport addresses, which bounds each search. Added as one range, or with a gap, the number is right.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (bool isOneClient in (bool[])[false, true])
        {
            yield return Row("1000-2999", [(1000, 2999)], isOneClient, context.Seed);
            yield return Row("1000-1999, 2000-2999", [(1000, 1999), (2000, 2999)], isOneClient, context.Seed);
            yield return Row("1000-1999, 3000-3999", [(1000, 1999), (3000, 3999)], isOneClient, context.Seed);
        }
    }

    private static ScenarioCell Row(string added, (ushort First, ushort Last)[] ranges, bool isOneClient, ulong seed)
    {
        var pool = new JoolPool();
        foreach ((ushort first, ushort last) in ranges)
        {
            pool.Add(SystemSetup.Address, 32, first, last, hasPorts: true);
        }

        var rule = new JoolRacedRule(
            new JoolRule([.. pool.Ranges], pool.Counted, pool.MaxIterations, IsEmptyPool: false, Hash: 0), new byte[JoolHash.SecretSize]);
        var bench = new AllocatorBench<RacedJool<Jool42>, JoolRacedRule, JoolState>(rule, default, Ports + 16, seed);
        (int refused, int exceeded) = bench.Fill(Ports, 0.01, number => new FlowTuple<uint>(
            IpProtocols.Udp, 0x0A000002 + (isOneClient ? 0 : (uint)number), (ushort)(1024 + number), 0xC6120000, 53));
        return new ScenarioCell
        {
            Table = "Jool: a pool of touching ranges",
            Era = "4.2",
            Parameters = new Dictionary<string, string>
            {
                ["system"] = "jool",
                ["added"] = added,
                ["clients"] = isOneClient ? "one" : "a new one for each connection",
            },
            Figures =
            [
                ScenarioFigure.Exact("ports of the pool", pool.Ranges.Sum(range => range.Count)),
                ScenarioFigure.Exact("ports counted", pool.Counted),
                ScenarioFigure.Exact("in use at the first refusal", (double)refused / Ports, isShare: true),
                ScenarioFigure.Exact("in use when 1 % are refused", (double)exceeded / Ports, isShare: true),
            ],
        };
    }
}
