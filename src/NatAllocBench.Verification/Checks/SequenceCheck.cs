using System.Text.Json;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary><c>sequences</c>: connections one after another, each allocated and confirmed, some closed or removed in between.</summary>
internal sealed class SequenceCheck : IEraCheck
{
    public static void Run<TAddress, TEra, TDesign>(Era era, VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        int count = (int)line.Number("n");
        ConntrackTuple<TAddress>[] originals = Originals<TAddress>(line, count);
        NatRange<TAddress> range = FieldTerms.Range<TAddress>(line.Object("range"));
        uint[] tdEnds = line.Has("td_end") ? line.NumbersFor("td_end", count) : new uint[count];
        uint[] drawsPerConnection = line.NumbersFor("random_per_conn", count);
        ILookup<uint, uint[]> deletions = (line.Has("delete_after") ? line.Rows("delete_after", 2) : []).ToLookup(row => row[0]);
        ILookup<uint, JsonElement[]> changes = (line.Has("set_tcp_after") ? line.MixedRows("set_tcp_after", 4) : [])
            .ToLookup(row => VectorObject.NumberOf(row[0], "set_tcp_after"));
        SipKey secret = line.Has("net_secret") ? FieldTerms.Key(line, "net_secret") : default;
        using var bed = new Testbed<TAddress, TEra, TDesign>(era, (uint)count * 4, secret);
        SetRovers(bed, line);
        var random = new ScriptedRandom(line.Numbers("random"));
        var entries = new EntryReference?[count];
        var evicted = new List<string>();
        var answer = new SequenceAnswer<TAddress>(line.Object("out"), count);

        for (int step = 0; step < count; step++)
        {
            ulong evictions = bed.Cpu.Evictions;
            int draws = random.Draws;
            PendingEntry<TAddress> entry = bed.Create(in originals[step], tdEnds[step]);
            NatSetup.Run(bed.Table, ref bed.Cpu, ref random, ref entry, in range, ManipType.Source);
            ConntrackTuple<TAddress> chosen = bed.Table.ReplyTuple(entry.Slot).Invert();
            if (bed.Cpu.Evictions != evictions)
            {
                evicted.Add($"{step}:{chosen.SourcePort}");
            }

            bool confirmed = bed.Table.Confirm(ref bed.Cpu, in entry) == ConfirmResult.Inserted;
            if (confirmed)
            {
                entries[step] = new EntryReference(entry.Slot, Direction.Original, bed.Table.Status(entry.Slot));
            }

            comparison.Expect($"random_per_conn[{step}]", drawsPerConnection[step], (uint)(random.Draws - draws));
            answer.Compare(comparison, step, in chosen, confirmed, in bed.Cpu);
            ApplyChanges(bed, entries, changes[(uint)step], deletions[(uint)step]);
            if (!comparison.Agrees)
            {
                return; // what follows would differ because of this
            }
        }

        comparison.Expect("draws", line.Numbers("random").Length, random.Draws);
        comparison.Expect("insert_failed", answer.InsertFailed, bed.Cpu.Counters.InsertFailed);
        comparison.Expect("evicted", answer.Evicted, string.Join(' ', evicted));
        answer.CompareRovers(comparison, bed.Nat);
        bed.Table.Audit();
    }

    private static ConntrackTuple<TAddress>[] Originals<TAddress>(VectorObject line, int count)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        IPProtocol[] protocols = [.. line.TextsFor("proto", count).Select(FieldTerms.Protocol)];
        TAddress[] sources = [.. line.TextsFor("src", count).Select(FieldTerms.Address<TAddress>)];
        TAddress[] destinations = [.. line.TextsFor("dst", count).Select(FieldTerms.Address<TAddress>)];
        uint[] sourcePorts = line.NumbersFor(line.Has("icmp_id") ? "icmp_id" : "sport", count);
        uint[] destinationPorts = line.Has("dport") ? line.NumbersFor("dport", count) : new uint[count];
        byte echo = TAddress.WordCount == 1 ? IcmpTypes.EchoRequest : IcmpTypes.EchoRequestV6;
        return
        [
            .. Enumerable.Range(0, count).Select(i => protocols[i] is IPProtocol.Icmp or IPProtocol.IcmpV6
                ? ConntrackTuple<TAddress>.OfIcmp(sources[i], VectorObject.PortOf(sourcePorts[i], "icmp_id"), destinations[i], echo, 0)
                : ConntrackTuple<TAddress>.Of(
                    protocols[i],
                    sources[i],
                    VectorObject.PortOf(sourcePorts[i], "sport"),
                    destinations[i],
                    VectorObject.PortOf(destinationPorts[i], "dport"))),
        ];
    }

    private static void SetRovers<TAddress, TEra, TDesign>(Testbed<TAddress, TEra, TDesign> bed, VectorObject line)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        if (line.Has("rover_in"))
        {
            VectorObject rovers = line.Object("rover_in");
            foreach (string name in rovers.Names())
            {
                bed.Nat.Rover(FieldTerms.Protocol(name)) = rovers.Port(name);
            }
        }
    }

    /// <summary>What happens between two connections: state changes first, then removals. Entries that are gone are passed over.</summary>
    private static void ApplyChanges<TAddress, TEra, TDesign>(
        Testbed<TAddress, TEra, TDesign> bed, EntryReference?[] entries, IEnumerable<JsonElement[]> changes, IEnumerable<uint[]> deletions)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        foreach (JsonElement[] row in changes)
        {
            if (EntryAt(entries, VectorObject.NumberOf(row[1], "set_tcp_after")) is { } entry
                && EntryStatus.Generation(bed.Table.Status(entry.Slot)) == EntryStatus.Generation(entry.Status))
            {
                TcpState state = FieldTerms.State(VectorObject.TextOf(row[2], "set_tcp_after"));
                bed.Table.SetTcp(entry.Slot, state, VectorObject.NumberOf(row[3], "set_tcp_after"));
            }
        }

        foreach (uint[] row in deletions)
        {
            if (EntryAt(entries, row[1]) is { } entry)
            {
                bed.Table.Kill(ref bed.Cpu, entry);
            }
        }
    }

    private static EntryReference? EntryAt(EntryReference?[] entries, uint index) => index < entries.Length
        ? entries[index]
        : throw new VectorFormatException($"connection {index} does not exist");
}
