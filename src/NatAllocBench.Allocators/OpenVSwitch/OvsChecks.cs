using System.Numerics;
using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary><c>ovs_unique_tuple</c>: one search; <c>ovs_sequences</c>: connections one after another.</summary>
internal static class OvsChecks
{
    public static void UniqueTuple(VectorObject line, Comparison comparison)
    {
        if (line.Number("l3") == 4)
        {
            ByHash<uint>(line, comparison, isSequence: false);
        }
        else
        {
            ByHash<UInt128>(line, comparison, isSequence: false);
        }
    }

    public static void Sequence(VectorObject line, Comparison comparison) => ByHash<uint>(line, comparison, isSequence: true);

    private static void ByHash<TAddress>(VectorObject line, Comparison comparison, bool isSequence)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        switch (line.Text("hash_impl"))
        {
            case "murmur":
                ByEra<TAddress, Murmur>(line, comparison, isSequence);
                break;
            case "crc32c":
                ByEra<TAddress, Crc32C>(line, comparison, isSequence);
                break;
            case string other:
                comparison.Skip($"unknown hash '{other}'");
                break;
        }
    }

    private static void ByEra<TAddress, THash>(VectorObject line, Comparison comparison, bool isSequence)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        switch (line.Text("era"))
        {
            case "ovs-2.13":
                Run<TAddress, Ovs213Allocator<TAddress, THash>>(line, comparison, isSequence, OvsRangeHash.RangeFirst<TAddress, THash>);
                break;
            case "ovs-2.17":
                Run<TAddress, Ovs217Allocator<TAddress, THash>>(line, comparison, isSequence, OvsRangeHash.RangeFirst<TAddress, THash>);
                break;
            case "ovs-3.3":
                Limited<TAddress, THash, Ovs33>(line, comparison, isSequence);
                break;
            case "ovs-3.7":
                Limited<TAddress, THash, Ovs37>(line, comparison, isSequence);
                break;
            case "ovs-main":
                Limited<TAddress, THash, OvsMain>(line, comparison, isSequence);
                break;
            case string other:
                comparison.Skip($"unknown Open vSwitch '{other}'");
                break;
        }
    }

    private static void Limited<TAddress, THash, TEra>(VectorObject line, Comparison comparison, bool isSequence)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
        where TEra : struct, IOvsLimitedEra => Run<TAddress, OvsLimitedAllocator<TAddress, THash, TEra>>(
            line, comparison, isSequence, OvsLimitedAllocator<TAddress, THash, TEra>.AddressHash);

    private static void Run<TAddress, TAllocator>(
        VectorObject line, Comparison comparison, bool isSequence, RangeHash<TAddress> rangeHash)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TAllocator : IPortAllocator<TAddress, OvsRule<TAddress>, OvsState>
    {
        OvsRule<TAddress> rule = Rule<TAddress>(line);
        var state = new OvsState((uint)line.Hex("hash_basis"));
        var random = new ScriptedRandom32(line.Numbers("random"));
        if (isSequence)
        {
            RunSequence<TAddress, TAllocator>(line, comparison, rule, state, random);
            return;
        }

        FlowTuple<TAddress> original = VectorTerms.Tuple<TAddress>(line.Object("tuple"));
        TakenTuples<TAddress> taken = Taken<TAddress>(line, original.Protocol);
        var view = new TakenView<TAddress>(taken);
        bool found = TAllocator.TryChoose(in original, in rule, ref state, ref view, ref random, out FlowTuple<TAddress> reply);

        VectorObject expected = line.Object("out");
        FlowTuple<TAddress> reverse = Reverse<TAddress>(expected.Object("reverse"), original.Protocol);
        comparison.Expect("hash", (uint)expected.Hex("hash"), rangeHash(state.Basis, in original, in rule));
        comparison.Expect("found", expected.Flag("found"), found);
        comparison.Expect("reverse", reverse, reply);
        comparison.Expect("probes", expected.Number("probes"), taken.Probes);
        comparison.Expect("hits", expected.Number("hits"), taken.Hits);
        comparison.Expect("draws", expected.Number("draws"), (uint)random.Draws);
    }

    private static void RunSequence<TAddress, TAllocator>(
        VectorObject line, Comparison comparison, OvsRule<TAddress> rule, OvsState state, ScriptedRandom32 random)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TAllocator : IPortAllocator<TAddress, OvsRule<TAddress>, OvsState>
    {
        var taken = new TakenTuples<TAddress>();
        var view = new TakenView<TAddress>(taken);
        VectorObject expected = line.Object("out");
        JsonElement[] endpoints = expected.Elements("nat");
        uint[] probes = expected.Numbers("probes");
        uint[]? draws = expected.Has("draws") ? expected.Numbers("draws") : line.Numbers("random_per_conn");
        FlowTuple<uint>[] flows = VectorTerms.Flows(line, "sport");
        for (int i = 0; i < flows.Length && comparison.Agrees; i++)
        {
            FlowTuple<TAddress> original = new(
                flows[i].Protocol,
                TAddress.CreateTruncating(flows[i].Source),
                flows[i].SourcePort,
                TAddress.CreateTruncating(flows[i].Destination),
                flows[i].DestinationPort);
            (uint probesBefore, int drawsBefore) = (taken.Probes, random.Draws);
            bool found = TAllocator.TryChoose(in original, in rule, ref state, ref view, ref random, out FlowTuple<TAddress> reply);
            if (found)
            {
                taken.Insert(reply);
                taken.Insert(original);
            }

            string endpoint = found ? $"{AddressText.Of(uint.CreateTruncating(reply.Destination))}:{reply.DestinationPort}" : "none";
            comparison.Expect($"nat[{i}]", VectorTerms.Endpoint(endpoints[i]), endpoint);
            comparison.Expect($"probes[{i}]", probes[i], taken.Probes - probesBefore);
            comparison.Expect($"draws[{i}]", draws[i], (uint)(random.Draws - drawsBefore));
        }
    }

    private static OvsRule<TAddress> Rule<TAddress>(VectorObject line)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        VectorObject rule = line.Object("rule");
        string[] action = rule.Texts("action");
        string[] flags = rule.Texts("flags");
        bool hasAddress = !rule.IsNull("min_addr");
        return new OvsRule<TAddress>
        {
            IsDestination = action.Contains("DST"),
            HasAddress = hasAddress,
            MinAddress = hasAddress ? AddressText.Parse<TAddress>(rule.Text("min_addr")) : default,
            MaxAddress = hasAddress ? AddressText.Parse<TAddress>(rule.Text("max_addr")) : default,
            HasPorts = action.Contains("SRC_PORT") || action.Contains("DST_PORT"),
            MinPort = rule.Port("min_port"),
            MaxPort = rule.Port("max_port"),
            IsRandom = flags.Contains("RANDOM"),
            IsPersistent = flags.Contains("PERSISTENT"),
            Zone = line.Port("zone"),
        };
    }

    private static TakenTuples<TAddress> Taken<TAddress>(VectorObject line, byte protocol)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        var taken = new TakenTuples<TAddress>();
        foreach (JsonElement[] box in line.MixedRows("taken", 6))
        {
            taken.Add(new TupleBox<TAddress>(
                protocol,
                VectorTerms.Address<TAddress>(box[0], "taken"),
                VectorTerms.Number(box[1], "taken"),
                VectorTerms.Number(box[2], "taken"),
                VectorTerms.Address<TAddress>(box[3], "taken"),
                VectorTerms.Number(box[4], "taken"),
                VectorTerms.Number(box[5], "taken")));
        }

        return taken;
    }

    private static FlowTuple<TAddress> Reverse<TAddress>(VectorObject reverse, byte protocol)
        where TAddress : unmanaged, IBinaryInteger<TAddress> => new(
            protocol,
            AddressText.Parse<TAddress>(reverse.Text("src")),
            reverse.Port("sport"),
            AddressText.Parse<TAddress>(reverse.Text("dst")),
            reverse.Port("dport"));

    private delegate uint RangeHash<TAddress>(uint basis, in FlowTuple<TAddress> original, in OvsRule<TAddress> rule)
        where TAddress : unmanaged, IBinaryInteger<TAddress>;
}
