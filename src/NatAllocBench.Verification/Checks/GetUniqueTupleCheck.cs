using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary><c>get_unique_tuple</c>: the whole choice for one new connection against a populated table.</summary>
internal sealed class GetUniqueTupleCheck : IEraCheck
{
    public static void Run<TAddress, TEra, TDesign>(Era era, VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ushort zone = line.PortOr("zone", 0);
        ConntrackTuple<TAddress> original = FieldTerms.Tuple<TAddress>(line.Object("orig"), zone);
        ManipType manip = FieldTerms.Manip(line);
        NatRange<TAddress> range = FieldTerms.Range<TAddress>(line.Object("range"));
        VectorObject[] blocks = line.Has("blocks") ? line.Objects("blocks") : [];
        VectorObject[] existing = line.Objects("existing");
        SipKey secret = line.Has("net_secret") ? FieldTerms.Key(line, "net_secret") : default;
        uint entries = (uint)(existing.Length + blocks.Sum(block => (long)block.Port("hi") - block.Port("lo") + 1) + 1);
        using var bed = new Testbed<TAddress, TEra, TDesign>(era, entries, secret);
        Array.ForEach(blocks, block => AddBlock(bed, block));
        Array.ForEach(existing, entry => AddEntry(bed, entry));

        uint tdEnd = line.NumberOr("td_end", 0);
        PendingEntry<TAddress> entry = bed.Create(in original, tdEnd);
        if (line.Has("tcp_state"))
        {
            bed.Table.SetTcp(entry.Slot, FieldTerms.State(line.Text("tcp_state")), tdEnd);
        }

        bed.Nat.Rover(original.Protocol) = line.PortOr("rover_in", 0);
        var random = new ScriptedRandom(line.Numbers("random"));

        NatSetup.Run(bed.Table, ref bed.Cpu, ref random, ref entry, in range, manip);

        ConntrackTuple<TAddress> result = bed.Table.ReplyTuple(entry.Slot).Invert();
        VectorObject answer = line.Object("out");
        comparison.Expect("tuple", FieldTerms.Tuple<TAddress>(answer.Object("tuple"), zone), result);
        comparison.Expect("probes", answer.Number("probes"), bed.Cpu.Probes);
        comparison.Expect("hits", answer.Number("hits"), bed.Cpu.Hits);
        comparison.Expect("found", answer.Number("found"), bed.Cpu.Counters.Found);
        comparison.Expect("draws", answer.Number("draws"), (uint)random.Draws);
        comparison.Expect("taken", answer.Flag("taken"), bed.Has(result.Invert()));
        if (answer.Has("rover"))
        {
            comparison.Expect("rover", answer.Port("rover"), bed.Nat.Rover(original.Protocol));
        }

        if (answer.Has("secure_port"))
        {
            comparison.Expect("secure_port", (uint)answer.Hex("secure_port"), SecurePortCheck.Value(secret, in result, manip));
        }

        uint[] evicted = answer.Has("evicted") ? answer.Numbers("evicted") : [];
        comparison.Expect("evicted", string.Join(' ', evicted), string.Join(' ', bed.EvictedPorts(manip)));
    }

    private static void AddEntry<TAddress, TEra, TDesign>(Testbed<TAddress, TEra, TDesign> bed, VectorObject entry)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ushort zone = entry.PortOr("zone", 0);
        bed.Restore(
            FieldTerms.Tuple<TAddress>(entry.Object("orig"), zone),
            FieldTerms.Tuple<TAddress>(entry.Object("reply"), zone),
            EntryStatus.WithState(FieldTerms.Status(entry.Texts("status")), StateOf(entry)),
            entry.NumberOr("td_end", 0));
    }

    private static void AddBlock<TAddress, TEra, TDesign>(Testbed<TAddress, TEra, TDesign> bed, VectorObject block)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConntrackTuple<TAddress> original = ConntrackTuple<TAddress>.Of(
            FieldTerms.Protocol(block.Text("proto")),
            FieldTerms.Address<TAddress>(block.Text("src")),
            0,
            FieldTerms.Address<TAddress>(block.Text("dst")),
            block.Port("dport"));
        ConntrackTuple<TAddress> translated = original;
        translated.Source = FieldTerms.Address<TAddress>(block.Text("nat_ip"));
        ulong status = EntryStatus.WithState(EntryStatus.SourceNat | EntryStatus.SourceNatDone, StateOf(block));
        uint tdEnd = block.NumberOr("td_end", 0);
        for (int port = block.Port("lo"); port <= block.Port("hi"); port++)
        {
            original.SourcePort = (ushort)port;
            translated.SourcePort = (ushort)port;
            bed.Restore(in original, translated.Invert(), status, tdEnd);
        }
    }

    private static TcpState StateOf(VectorObject entry) =>
        entry.Has("tcp_state") ? FieldTerms.State(entry.Text("tcp_state")) : TcpState.None;
}
