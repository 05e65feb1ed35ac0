using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Npf;

/// <summary><c>npf_portmap</c>: one allocation from a map with ports taken.</summary>
internal static class NpfChecks
{
    public static void PortMap(VectorObject line, Comparison comparison)
    {
        var map = new NpfPortMap();
        foreach (uint[] interval in line.Rows("taken", 2))
        {
            for (uint port = interval[0]; port <= interval[1]; port++)
            {
                map.TrySet((ushort)port);
            }
        }

        var view = new MapView(map);
        var random = new ScriptedRandom32([line.Number("random")]);
        var rule = new NpfRule(0, line.Port("min_port"), line.Port("max_port"));
        NpfState state = default;
        bool ok = NpfAllocator.TryChoose(default, in rule, ref state, ref view, ref random, out FlowTuple<uint> reply);

        VectorObject expected = line.Object("out");
        comparison.Expect("ok", expected.Flag("ok"), ok);
        comparison.Expect("port", expected.NumberOrNull("port"), ok ? reply.DestinationPort : null);
        comparison.Expect("probes", expected.Number("probes"), view.Probes);
        comparison.Expect("draws", expected.Number("draws"), (uint)random.Draws);
        comparison.Expect("l1_blocks", expected.Number("l1_blocks"), (uint)map.Blocks);
    }

    private struct MapView(NpfPortMap map) : ITableView<uint>
    {
        public uint Probes { get; private set; }

        public bool TryTake(in FlowTuple<uint> reply)
        {
            Probes++;
            return map.TrySet(reply.DestinationPort);
        }
    }
}
