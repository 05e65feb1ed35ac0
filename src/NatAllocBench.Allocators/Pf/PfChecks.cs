using System.Numerics;
using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Pf;

/// <summary><c>pf_get_sport</c>: one choice; <c>pf_sequences</c>: connections one after another.</summary>
internal static class PfChecks
{
    public static void One(VectorObject line, Comparison comparison)
    {
        if (line.Number("l3") == 4)
        {
            One<uint>(line, comparison);
        }
        else
        {
            One<UInt128>(line, comparison);
        }
    }

    public static void Sequence(VectorObject line, Comparison comparison)
    {
        // The system is in the file's name and in the id: pfseq-fb12-1.
        switch (line.Text("id").Split('-')[1])
        {
            case "obsd":
                Sequence<OpenBsd>(line, comparison);
                break;
            case "fb12":
                Sequence<FreeBsd<Release12>>(line, comparison);
                break;
            case "fbmain":
                Sequence<FreeBsd<ReleaseMain>>(line, comparison);
                break;
            case string other:
                comparison.Skip($"unknown system '{other}'");
                break;
        }
    }

    private static void One<TAddress>(VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        switch (line.Text("era"))
        {
            case "openbsd-7.6":
                One<TAddress, OpenBsd>(line, comparison);
                break;
            case "freebsd-12":
                One<TAddress, FreeBsd<Release12>>(line, comparison);
                break;
            case "freebsd-main":
                One<TAddress, FreeBsd<ReleaseMain>>(line, comparison);
                break;
            case string other:
                comparison.Skip($"unknown system '{other}'");
                break;
        }
    }

    private static void One<TAddress, TSystem>(VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TSystem : struct, IPfSystem
    {
        FlowTuple<TAddress> original = VectorTerms.Tuple<TAddress>(line.Object("tuple"));
        PfRule<TAddress> rule = Rule<TAddress>(line);
        PfState<TAddress> state = State(line, original.Source);
        TakenTuples<TAddress> taken = Taken<TAddress>(line);
        var view = new TakenView<TAddress>(taken);
        var random = new ScriptedRandom32(line.Numbers("random"));
        bool ok = PfAllocator<TAddress, TSystem>.TryChoose(
            in original, in rule, ref state, ref view, ref random, out FlowTuple<TAddress> reply);

        VectorObject expected = line.Object("out");
        bool hasPort = ok && !TSystem.KeepsPort(original.Protocol, original.DestinationPort);
        TAddress? address = ok ? reply.Destination : null;
        TAddress? expectedAddress = expected.IsNull("addr") ? null : AddressText.Parse<TAddress>(expected.Text("addr"));
        comparison.Expect("ok", expected.Flag("ok"), ok);
        comparison.Expect("addr", expectedAddress, address);
        comparison.Expect("port", expected.NumberOrNull("port"), hasPort ? reply.DestinationPort : null);
        comparison.Expect("probes", expected.Number("probes"), taken.Probes);
        comparison.Expect("hits", expected.Number("hits"), taken.Hits);
        comparison.Expect("draws", expected.Number("draws"), (uint)random.Draws);
        comparison.Expect("counter", AddressText.Parse<TAddress>(expected.Text("counter")), state.Counter);
        CompareMore(expected, comparison, original.Source, state);
    }

    /// <summary>Fields that only some systems' vectors have.</summary>
    private static void CompareMore<TAddress>(VectorObject expected, Comparison comparison, TAddress client, PfState<TAddress> state)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        if (expected.Has("cur"))
        {
            comparison.Expect("cur", expected.Number("cur"), (uint)state.Current);
        }

        if (expected.Has("src_nodes"))
        {
            comparison.Expect("src_nodes", expected.Number("src_nodes"), (uint)state.Nodes.Count);
        }

        if (expected.Has("src_node"))
        {
            TAddress? wanted = expected.IsNull("src_node") ? null : AddressText.Parse<TAddress>(expected.Text("src_node"));
            TAddress? held = state.Nodes.TryGetValue(client, out PfSourceNode<TAddress> node) ? node.Address : null;
            comparison.Expect("src_node", wanted, held);
        }

        if (expected.Has("inserts"))
        {
            comparison.Expect("inserts", expected.Number("inserts"), state.Mappings.Inserts);
            comparison.Expect("insert_conflicts", expected.Number("insert_conflicts"), state.Mappings.Conflicts);
            comparison.Expect("mappings", expected.Number("mappings"), (uint)state.Mappings.Count);
        }
    }

    private static void Sequence<TSystem>(VectorObject line, Comparison comparison)
        where TSystem : struct, IPfSystem
    {
        PfRule<uint> rule = Rule<uint>(line);
        PfState<uint> state = State(line, 0u);
        var taken = new TakenTuples<uint>();
        var view = new TakenView<uint>(taken);
        var random = new ScriptedRandom32(line.Numbers("random"));
        FlowTuple<uint>[] flows = VectorTerms.Flows(line, "sport");
        uint[] draws = line.NumbersFor("random_per_conn", flows.Length);
        JsonElement[] endpoints = line.Object("out").Elements("nat");
        uint[] probes = line.Object("out").Numbers("probes");
        for (int i = 0; i < flows.Length && comparison.Agrees; i++)
        {
            (uint probesBefore, int drawsBefore) = (taken.Probes, random.Draws);
            bool ok = PfAllocator<uint, TSystem>.TryChoose(
                in flows[i], in rule, ref state, ref view, ref random, out FlowTuple<uint> reply);
            if (ok)
            {
                taken.Insert(reply);
            }

            string endpoint = ok ? $"{AddressText.Of(reply.Destination)}:{reply.DestinationPort}" : "none";
            comparison.Expect($"nat[{i}]", VectorTerms.Endpoint(endpoints[i]), endpoint);
            comparison.Expect($"probes[{i}]", probes[i], taken.Probes - probesBefore);
            comparison.Expect($"random_per_conn[{i}]", draws[i], (uint)(random.Draws - drawsBefore));
        }
    }

    private static PfRule<TAddress> Rule<TAddress>(VectorObject line)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        PfPrefix<TAddress>[] pool =
        [
            .. line.MixedRows("pool", 2).Select(row =>
                new PfPrefix<TAddress>(VectorTerms.Address<TAddress>(row[0], "pool"), (int)VectorTerms.Number(row[1], "pool"))),
        ];
        uint[]? portSet = line.Has("mape") && !line.IsNull("mape") ? line.Numbers("mape") : null;
        return new PfRule<TAddress>(pool, line.Port("low"), line.Port("high"))
        {
            PoolType = line.Text("pool_type") switch
            {
                "none" => PfPoolType.None,
                "bitmask" => PfPoolType.Bitmask,
                "random" => PfPoolType.Random,
                "source-hash" => PfPoolType.SourceHash,
                "round-robin" => PfPoolType.RoundRobin,
                string other => throw new VectorFormatException($"unknown pool type '{other}'"),
            },
            IsSticky = line.Has("sticky") && line.Flag("sticky"),
            HashKey = line.Bytes("hash_key"),
            IsEndpointIndependent = line.Has("eim") && line.Flag("eim"),
            PortSet = portSet is null ? null : new PfPortSet((int)portSet[0], (int)portSet[1], portSet[2]),
        };
    }

    private static PfState<TAddress> State<TAddress>(VectorObject line, TAddress client)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        var state = new PfState<TAddress> { Current = (int)line.NumberOr("cur", 0) };
        state.Counter = AddressText.Parse<TAddress>(line.Text("counter"));
        if (line.Has("src_node") && !line.IsNull("src_node"))
        {
            state.Nodes[client] = new PfSourceNode<TAddress>(
                AddressText.Parse<TAddress>(line.Text("src_node")), line.NumberOr("src_node_states", 0));
        }

        foreach (JsonElement[] mapping in line.Has("udp_mappings") ? line.MixedRows("udp_mappings", 4) : [])
        {
            state.Mappings.Put(
                VectorTerms.Address<TAddress>(mapping[0], "udp_mappings"),
                VectorTerms.Port(mapping[1], "udp_mappings"),
                VectorTerms.Address<TAddress>(mapping[2], "udp_mappings"),
                VectorTerms.Port(mapping[3], "udp_mappings"));
        }

        return state;
    }

    private static TakenTuples<TAddress> Taken<TAddress>(VectorObject line)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        var taken = new TakenTuples<TAddress>();
        foreach (JsonElement[] box in line.MixedRows("taken", 7))
        {
            taken.Add(new TupleBox<TAddress>(
                (byte)VectorTerms.Number(box[0], "taken"),
                VectorTerms.Address<TAddress>(box[1], "taken"),
                VectorTerms.Number(box[2], "taken"),
                VectorTerms.Number(box[3], "taken"),
                VectorTerms.Address<TAddress>(box[4], "taken"),
                VectorTerms.Number(box[5], "taken"),
                VectorTerms.Number(box[6], "taken")));
        }

        return taken;
    }
}
