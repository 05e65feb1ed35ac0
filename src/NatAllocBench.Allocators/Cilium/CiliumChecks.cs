using System.Text.Json;
using NatAllocBench.Allocators.Proofs;
using NatAllocBench.Verification.Checks;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Cilium;

/// <summary>
/// Answers of Cilium's own functions: the scaling, new mappings (races and failed writes included), both callers, sequences.
/// </summary>
internal static class CiliumChecks
{
    private const int MaxListedOperations = 12;

    public static void Clamp(VectorObject line, Comparison comparison)
    {
        var rule = new CiliumRule(0, line.Port("min_port"), line.Port("max_port"));
        ushort value = (ushort)line.Number("value");
        VectorObject expected = line.Object("out");
        comparison.Expect("upto_1.16", expected.Port("upto_1.16"), CiliumClamp.ByRemainder(in rule, value));
        comparison.Expect("from_1.17", expected.Port("from_1.17"), CiliumClamp.ByMultiplication(in rule, value));
    }

    public static void NewMapping(VectorObject line, Comparison comparison) => InEra(line, new NewMappingCheck(line, comparison));

    public static void Egress(VectorObject line, Comparison comparison) => InEra(line, new EgressCheck(line, comparison));

    public static void Reply(VectorObject line, Comparison comparison) => InEra(line, new ReplyCheck(line, comparison));

    public static void Sequence(VectorObject line, Comparison comparison) => InEra(line, new SequenceCheck(line, comparison));

    private static void InEra<TCheck>(VectorObject line, TCheck check)
        where TCheck : ICheck
    {
        switch (line.Text("ver"))
        {
            case "cilium-1.8": check.Run<Cilium18<LargePrograms>>(); break;
            case "cilium-1.8-small": check.Run<Cilium18<SmallPrograms>>(); break;
            case "cilium-1.15": check.Run<Cilium115>(); break;
            case "cilium-1.16": check.Run<Cilium116>(); break;
            case "cilium-1.17": check.Run<Cilium117>(); break;
            case "cilium-1.18": check.Run<Cilium118>(); break;
            case "cilium-1.19": check.Run<Cilium119>(); break;
            case var version: throw new VectorFormatException($"unknown version '{version}'");
        }
    }

    private static CiliumRule Rule(VectorObject line) =>
        new(line.Has("nat") ? AddressText.Parse<uint>(line.Text("nat")) : 0, line.Port("min_port"), line.Port("max_port"));

    private static NatKey Reverse(in FlowTuple<uint> original, uint address, ushort port) =>
        new(CiliumDatapath<Cilium18<LargePrograms>, RecordingMap>.Reply(in original, address, port), IsReverse: true);

    private static string Entry(VectorObject line, string field) => !line.Has(field) || line.IsNull(field)
        ? "none"
        : $"{line.Object(field).Text("to_addr")}:{line.Object(field).Number("to_port")} {line.Object(field).Number("needs_ct")}";

    private static string Entry(RecordingMap map, NatKey key) => map.Entries.TryGetValue(key, out NatEntry entry)
        ? $"{AddressText.Of(entry.ToAddress)}:{entry.ToPort} {entry.NeedsTracking}"
        : "none";

    private static void Take(RecordingMap map, VectorObject line, in FlowTuple<uint> original, uint address)
    {
        foreach (uint[] interval in line.Rows("taken", 2))
        {
            for (uint port = interval[0]; port <= interval[1]; port++)
            {
                map.Entries[Reverse(in original, address, (ushort)port)] = default;
            }
        }
    }

    private static RecordingMap Map(VectorObject line, FlowTuple<uint> original, uint address)
    {
        IEnumerable<(int At, Action<RecordingMap> Change)> changes = line.Has("inject")
            ? line.Objects("inject").Select(injected => ((int)injected.Number("at"), Change(injected, original, address)))
            : [];
        (int, int)? failure = line.Has("fail") ? ((int)line.Object("fail").Number("at"), line.Object("fail").Signed("err")) : null;
        return new RecordingMap(changes.ToLookup(change => change.At, change => change.Change), failure);
    }

    private static Action<RecordingMap> Change(VectorObject injected, FlowTuple<uint> original, uint address)
    {
        NatKey key = injected.Text("key") == "orig"
            ? new NatKey(original, IsReverse: false)
            : Reverse(in original, address, injected.Port("port"));
        return injected.Text("op") == "insert" ? map => map.Entries.TryAdd(key, default) : map => map.Entries.Remove(key);
    }

    private static void ExpectOperations(VectorObject expected, Comparison comparison, RecordingMap map)
    {
        if (map.Operations.Count <= MaxListedOperations && expected.Has("ops"))
        {
            string listed = string.Join(
                "; ", expected.Elements("ops").Select(row => $"{row[0].GetString()} {row[1].GetString()} {row[2]} {row[3]}"));
            comparison.Expect("ops", listed, string.Join("; ", map.Operations));
        }
    }

    private interface ICheck
    {
        void Run<TEra>()
            where TEra : struct, ICiliumEra;
    }

    private sealed class NewMappingCheck(VectorObject line, Comparison comparison) : ICheck
    {
        public void Run<TEra>()
            where TEra : struct, ICiliumEra
        {
            FlowTuple<uint> original = VectorTerms.Tuple<uint>(line.Object("tuple"));
            CiliumRule rule = Rule(line);
            RecordingMap map = Map(line, original, rule.Address);
            Take(map, line, in original, rule.Address);
            if (line.Flag("orig_exists"))
            {
                map.Entries[new NatKey(original, IsReverse: false)] = default;
            }

            int before = map.Entries.Count;
            var random = new ScriptedRandom32(line.Numbers("random"));
            CiliumOutcome outcome = CiliumDatapath<TEra, RecordingMap>.NewMapping(in original, in rule, 0, map, ref random);

            VectorObject expected = line.Object("out");
            List<ushort> candidates = TEra.Test == CiliumTest.Create ? map.ReverseCreates : map.ReverseLookups;
            comparison.Expect("ret", expected.Signed("ret"), outcome.Result);
            comparison.Expect("port", expected.NumberOrNull("port"), outcome.Port);
            comparison.Expect("tries", expected.Number("tries"), (uint)outcome.Tries);
            comparison.Expect("candidates", string.Join(',', expected.Numbers("candidates")), string.Join(',', candidates));
            comparison.Expect("draws", expected.Number("draws"), (uint)random.Draws);
            comparison.Expect("signal", expected.Number("signal"), outcome.Signalled ? 1u : 0);
            comparison.Expect("lookups", expected.Number("lookups"), (uint)map.Lookups);
            comparison.Expect("creates", expected.Number("creates"), (uint)map.Creates);
            comparison.Expect("puts", expected.Number("puts"), (uint)map.Puts);
            comparison.Expect("deletes", expected.Number("deletes"), (uint)map.Deletes);
            comparison.Expect("entries_before", expected.Number("entries_before"), (uint)before);
            comparison.Expect("entries_after", expected.Number("entries_after"), (uint)map.Entries.Count);
            if (expected.Has("ext_err"))
            {
                comparison.Expect("ext_err", expected.Signed("ext_err"), outcome.ExtendedError);
            }

            if (expected.Has("hist_index"))
            {
                comparison.Expect("hist_index", expected.Number("hist_index"), (uint)outcome.HistogramIndex);
            }

            if (outcome.Port is { } port)
            {
                comparison.Expect("rev", Entry(expected, "rev"), Entry(map, Reverse(in original, rule.Address, port)));
                comparison.Expect("orig", Entry(expected, "orig"), Entry(map, new NatKey(original, IsReverse: false)));
            }

            ExpectOperations(expected, comparison, map);
        }
    }

    private sealed class EgressCheck(VectorObject line, Comparison comparison) : ICheck
    {
        public void Run<TEra>()
            where TEra : struct, ICiliumEra
        {
            FlowTuple<uint> original = VectorTerms.Tuple<uint>(line.Object("tuple"));
            CiliumRule rule = Rule(line);
            RecordingMap map = Map(line, original, rule.Address);
            Take(map, line, in original, rule.Address);
            var forward = new NatKey(original, IsReverse: false);
            VectorObject state = line.Object("state");
            if (!state.IsNull("orig"))
            {
                VectorObject entry = state.Object("orig");
                map.Entries[forward] = new NatEntry(
                    AddressText.Parse<uint>(entry.Text("to_addr")), entry.Port("to_port"), entry.Number("needs_ct"));
            }

            if (!state.IsNull("rev"))
            {
                VectorObject reverse = state.Object("rev");
                uint needsTracking = map.Entries.TryGetValue(forward, out NatEntry mine) ? mine.NeedsTracking : 0;
                map.Entries[Reverse(in original, AddressText.Parse<uint>(reverse.Text("nat")), reverse.Port("port"))] =
                    new NatEntry(original.Source, original.SourcePort, needsTracking);
            }

            int before = map.Entries.Count;
            var random = new ScriptedRandom32(line.Numbers("random"));
            CiliumOutcome outcome =
                CiliumDatapath<TEra, RecordingMap>.Egress(in original, in rule, line.Number("needs_ct"), map, ref random);

            VectorObject expected = line.Object("out");
            comparison.Expect("ret", expected.Signed("ret"), outcome.Result);
            comparison.Expect("port", expected.NumberOrNull("port"), outcome.Port);
            comparison.Expect("draws", expected.Number("draws"), (uint)random.Draws);
            comparison.Expect("entries_before", expected.Number("entries_before"), (uint)before);
            comparison.Expect("entries_after", expected.Number("entries_after"), (uint)map.Entries.Count);
            comparison.Expect("orig", Entry(expected, "orig"), Entry(map, forward));
            if (outcome.Port is { } port)
            {
                comparison.Expect("rev", Entry(expected, "rev"), Entry(map, Reverse(in original, rule.Address, port)));
            }

            ExpectOperations(expected, comparison, map);
        }
    }

    private sealed class ReplyCheck(VectorObject line, Comparison comparison) : ICheck
    {
        public void Run<TEra>()
            where TEra : struct, ICiliumEra
        {
            FlowTuple<uint> reply = VectorTerms.Tuple<uint>(line.Object("packet"));
            VectorObject client = line.Object("client");
            uint address = AddressText.Parse<uint>(client.Text("src"));
            CiliumRule rule = Rule(line);
            RecordingMap map = Map(line, reply.Invert(), reply.Destination);
            if (line.Flag("rev_present"))
            {
                map.Entries[new NatKey(reply, IsReverse: true)] = new NatEntry(address, client.Port("sport"), 0);
            }

            if (line.Flag("orig_present"))
            {
                var original = new FlowTuple<uint>(reply.Protocol, address, client.Port("sport"), reply.Source, reply.SourcePort);
                map.Entries[new NatKey(original, IsReverse: false)] = new NatEntry(reply.Destination, reply.DestinationPort, 0);
            }

            int before = map.Entries.Count;
            CiliumOutcome outcome = CiliumDatapath<TEra, RecordingMap>.ReplyPacket(in reply, in rule, map);

            VectorObject expected = line.Object("out");
            comparison.Expect("ret", expected.Signed("ret"), outcome.Result);
            comparison.Expect("entries_before", expected.Number("entries_before"), (uint)before);
            comparison.Expect("entries_after", expected.Number("entries_after"), (uint)map.Entries.Count);
            ExpectOperations(expected, comparison, map);
        }
    }

    private sealed class SequenceCheck(VectorObject line, Comparison comparison) : ICheck
    {
        public void Run<TEra>()
            where TEra : struct, ICiliumEra
        {
            FlowTuple<uint>[] flows = VectorTerms.Flows(line, "sport");
            CiliumRule rule = Rule(line);
            RecordingMap map = Map(line, default, rule.Address);
            var steps = new SequenceOfPorts(line);
            ILookup<uint, uint> deletedAfter = line.Rows("delete_after", 2).ToLookup(row => row[0], row => row[1]);
            VectorObject expected = line.Object("out");
            JsonElement[] ports = expected.Elements("port");
            uint[] tries = expected.Numbers("tries");
            for (int i = 0; i < flows.Length && comparison.Agrees; i++)
            {
                var random = new ScriptedRandom32(steps.DrawsOf(i));
                CiliumOutcome outcome = CiliumDatapath<TEra, RecordingMap>.Egress(in flows[i], in rule, 0, map, ref random);
                comparison.Expect($"port[{i}]", SequenceOfPorts.PortOf(ports[i]), outcome.Port);
                comparison.Expect($"tries[{i}]", tries[i], (uint)outcome.Tries);
                foreach (uint deleted in deletedAfter[(uint)i])
                {
                    Remove(map, in flows[deleted]);
                }
            }

            comparison.Expect("entries", expected.Number("entries"), (uint)map.Entries.Count);
        }

        private static void Remove(RecordingMap map, in FlowTuple<uint> original)
        {
            var forward = new NatKey(original, IsReverse: false);
            if (map.Entries.Remove(forward, out NatEntry entry))
            {
                map.Entries.Remove(Reverse(in original, entry.ToAddress, entry.ToPort));
            }
        }
    }
}
