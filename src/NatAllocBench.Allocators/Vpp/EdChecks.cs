using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Vpp;

/// <summary><c>vpp_ed_alloc</c>: one allocation of nat44-ed; <c>vpp_sequences</c>: flows one after another.</summary>
internal static class EdChecks
{
    public static void One(VectorObject line, Comparison comparison)
    {
        switch (line.Text("era"))
        {
            case "vpp-21.01":
                One<Ed2101>(line, comparison);
                break;
            case "vpp-22.06":
                One<Ed2206>(line, comparison);
                break;
            case "vpp-26.06":
                One<Ed2606>(line, comparison);
                break;
            case string other:
                comparison.Skip($"unknown VPP '{other}'");
                break;
        }
    }

    public static void Sequence(VectorObject line, Comparison comparison)
    {
        // The release is in the file's name and in the id: vppseq-26.06-1.
        switch (line.Text("id").Split('-')[1])
        {
            case "21.01":
                Sequence<Ed2101>(line, comparison);
                break;
            case "22.06":
                Sequence<Ed2206>(line, comparison);
                break;
            case "26.06":
                Sequence<Ed2606>(line, comparison);
                break;
            case string other:
                comparison.Skip($"unknown VPP '{other}'");
                break;
        }
    }

    private static void One<TEra>(VectorObject line, Comparison comparison)
        where TEra : struct, IEdEra
    {
        FlowTuple<uint> original = VectorTerms.Tuple<uint>(line.Object("tuple"));
        var rule = new EdRule(
            [.. line.Objects("addresses").Select(Address)],
            line.Number("port_per_thread"),
            line.Number("snat_thread_index"),
            line.Number("rx_fib"),
            line.NumberOrNull("tx_sw_if"),
            [
                .. line.MixedRows("static_mappings", 3).Select(row => (
                    VectorTerms.Address<uint>(row[0], "static_mappings"),
                    VectorTerms.Port(row[1], "static_mappings"),
                    (byte)VectorTerms.Number(row[2], "static_mappings"))),
            ]);
        TakenTuples<uint> taken = Taken(line, original.Protocol);
        var view = new TakenView<uint>(taken);
        var state = new EdState(line.Number("random_seed"));
        ScriptedRandom32 none = default; // the generator is part of the state
        bool ok = EdAllocator<TEra>.TryChoose(in original, in rule, ref state, ref view, ref none, out FlowTuple<uint> reply);

        VectorObject expected = line.Object("out");
        comparison.Expect("ok", expected.Flag("ok"), ok);
        comparison.Expect("addr", expected.IsNull("addr") ? null : expected.Text("addr"), ok ? AddressText.Of(reply.Destination) : null);
        comparison.Expect("port", expected.NumberOrNull("port"), ok ? reply.DestinationPort : null);
        comparison.Expect("probes", expected.Number("probes"), taken.Probes + state.StaticHits);
        comparison.Expect("hash_probes", expected.Number("hash_probes"), taken.Probes);
        comparison.Expect("hits", expected.Number("hits"), taken.Hits);
        comparison.Expect("static_hits", expected.Number("static_hits"), state.StaticHits);
        comparison.Expect("draws", expected.Number("draws"), GeneratorSteps.Between(line.Number("random_seed"), state.Random.Seed));
        comparison.Expect("seed_after", expected.Number("seed_after"), state.Random.Seed);
        comparison.Expect("exhausted_logged", expected.Flag("exhausted_logged"), state.ExhaustedReports > 0);
    }

    private static void Sequence<TEra>(VectorObject line, Comparison comparison)
        where TEra : struct, IEdEra
    {
        uint workers = line.Number("workers");
        comparison.Expect("port_per_thread", line.Number("port_per_thread"), TEra.PortsPerWorker(workers));
        EdAddress[] pool = [.. line.Texts("addresses").Select(text => new EdAddress(AddressText.Parse<uint>(text), Fib: 0))];
        var taken = new TakenTuples<uint>();
        var view = new TakenView<uint>(taken);
        var state = new EdState(line.Number("random_seed"));
        ScriptedRandom32 none = default;
        FlowTuple<uint>[] flows = VectorTerms.Flows(line, "sport");
        uint[] slices = line.NumbersFor("slice", flows.Length);
        VectorObject expected = line.Object("out");
        JsonElement[] endpoints = expected.Elements("nat");
        uint[] probes = expected.Numbers("probes");
        for (int i = 0; i < flows.Length && comparison.Agrees; i++)
        {
            uint before = taken.Probes;
            uint slice = VppSharding.WorkerOf(flows[i].Source, workers);
            var rule = new EdRule(pool, TEra.PortsPerWorker(workers), slice);
            bool ok = EdAllocator<TEra>.TryChoose(in flows[i], in rule, ref state, ref view, ref none, out FlowTuple<uint> reply);
            if (ok)
            {
                taken.Insert(reply);
            }

            string endpoint = ok ? $"{AddressText.Of(reply.Destination)}:{reply.DestinationPort}" : "none";
            comparison.Expect($"slice[{i}]", slices[i], slice);
            comparison.Expect($"nat[{i}]", VectorTerms.Endpoint(endpoints[i]), endpoint);
            comparison.Expect($"probes[{i}]", probes[i], taken.Probes - before);
        }

        comparison.Expect("seed_after", expected.Number("seed_after"), state.Random.Seed);
    }

    private static EdAddress Address(VectorObject address)
    {
        bool hasPrefix = address.Has("net") && !address.IsNull("net");
        return new EdAddress(
            AddressText.Parse<uint>(address.Text("addr")),
            address.NumberOrNull("fib"),
            address.Has("sw_if") ? address.NumberOrNull("sw_if") : null,
            hasPrefix ? AddressText.Parse<uint>(address.Text("net")) : null,
            hasPrefix ? address.Number("plen") : 0);
    }

    private static TakenTuples<uint> Taken(VectorObject line, byte protocol)
    {
        var taken = new TakenTuples<uint>();
        foreach (JsonElement[] box in line.MixedRows("taken", 6))
        {
            taken.Add(new TupleBox<uint>(
                protocol,
                VectorTerms.Address<uint>(box[3], "taken"),
                VectorTerms.Number(box[4], "taken"),
                VectorTerms.Number(box[5], "taken"),
                VectorTerms.Address<uint>(box[0], "taken"),
                VectorTerms.Number(box[1], "taken"),
                VectorTerms.Number(box[2], "taken")));
        }

        return taken;
    }
}
