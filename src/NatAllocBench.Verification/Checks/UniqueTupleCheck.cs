using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary><c>unique_tuple</c>: one port search among real entries that hold the reply tuples of the taken ports.</summary>
internal sealed class UniqueTupleCheck : IEraCheck
{
    private const uint NewTdEnd = 2000;
    private const uint OldTdEnd = 1000;

    public static void Run<TAddress, TEra, TDesign>(Era era, VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConntrackTuple<TAddress> tuple = FieldTerms.Tuple<TAddress>(line.Object("tuple"));
        ManipType manip = FieldTerms.Manip(line);
        NatRange<TAddress> range = FieldTerms.Range<TAddress>(line);
        ushort[] taken = Ports(line, "taken");
        SipKey secret = line.Has("secure_port") ? SecretWithStart((ushort)line.Hex("secure_port"), in tuple, manip) : default;
        using var bed = new Testbed<TAddress, TEra, TDesign>(era, (uint)taken.Length + 1, secret);
        Occupy(bed, in tuple, manip, taken, line.Has("evictable") ? Ports(line, "evictable") : []);
        PendingEntry<TAddress> self = CreateSelf(bed, in tuple, line.Has("syn_sent") && line.Flag("syn_sent"));
        bed.Nat.Rover(tuple.Protocol) = line.PortOr("rover_in", 0);
        var random = new ScriptedRandom(line.Numbers("random"));

        ReplyProbe<TAddress, TEra, TDesign>.Begin(
            out ReplyProbe<TAddress, TEra, TDesign> probe, bed.Table, in self, reserves: false);
        PortSearcher<TAddress, TEra, TDesign>.Search(
            new SearchContext<TAddress, TEra, TDesign, ScriptedRandom>(
                bed.Table, ref bed.Cpu, ref random, ref probe, ref tuple, in range, manip));

        VectorObject answer = line.Object("out");
        comparison.Expect("port", answer.Port("port"), KeyOf(in tuple, manip));
        comparison.Expect("probes", answer.Number("probes"), bed.Cpu.Probes);
        comparison.Expect("hits", answer.Number("hits"), bed.Cpu.Hits);
        comparison.Expect("draws", answer.Number("draws"), (uint)random.Draws);
        comparison.Expect("is_free", answer.Flag("is_free"), !bed.Has(tuple.Invert()));
        if (answer.Has("rover"))
        {
            comparison.Expect("rover", answer.Port("rover"), bed.Nat.Rover(tuple.Protocol));
        }

        uint[] evicted = answer.Has("evicted") ? answer.Numbers("evicted") : [];
        comparison.Expect("evicted", string.Join(' ', evicted), string.Join(' ', bed.EvictedPorts(manip)));
    }

    /// <summary>Entries whose reply tuple is the one that a search would have to use for each taken port.</summary>
    private static void Occupy<TAddress, TEra, TDesign>(
        Testbed<TAddress, TEra, TDesign> bed,
        in ConntrackTuple<TAddress> tuple,
        ManipType manip,
        ushort[] taken,
        ushort[] evictable)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        var isEvictable = new bool[ushort.MaxValue + 1];
        foreach (ushort port in evictable)
        {
            isEvictable[port] = true;
        }

        ConntrackTuple<TAddress> original = Foreign(in tuple);
        foreach (ushort port in taken)
        {
            ConntrackTuple<TAddress> translated = WithKey(in tuple, manip, port);
            original.SourcePort = port;
            TcpState state = tuple.Protocol != IPProtocol.Tcp ? TcpState.None
                : isEvictable[port] ? TcpState.TimeWait
                : TcpState.Established;
            ulong status = EntryStatus.WithState(EntryStatus.SourceNat, state);
            bed.Restore(in original, translated.Invert(), status, OldTdEnd);
        }
    }

    /// <summary>The searching connection. Only its state and sequence number matter, so its own tuple is one that nobody has.</summary>
    private static PendingEntry<TAddress> CreateSelf<TAddress, TEra, TDesign>(
        Testbed<TAddress, TEra, TDesign> bed, in ConntrackTuple<TAddress> tuple, bool synSent)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConntrackTuple<TAddress> original = Foreign(in tuple);
        original.Destination = Reserved<TAddress>(3);
        PendingEntry<TAddress> entry = bed.Create(in original, NewTdEnd);
        if (tuple.Protocol == IPProtocol.Tcp && !synSent)
        {
            bed.Table.SetTcp(entry.Slot, TcpState.Established, NewTdEnd);
        }

        return entry;
    }

    /// <summary>A tuple between addresses of the reserved class E, or of the IPv6 discard prefix.</summary>
    private static ConntrackTuple<TAddress> Foreign<TAddress>(in ConntrackTuple<TAddress> like)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ConntrackTuple<TAddress> tuple = like;
        tuple.Source = Reserved<TAddress>(1);
        tuple.Destination = Reserved<TAddress>(2);
        return tuple;
    }

    private static TAddress Reserved<TAddress>(byte last)
        where TAddress : unmanaged, IAddress<TAddress> =>
        TAddress.Parse(TAddress.WordCount == 1 ? $"240.0.0.{last}" : $"100::{last}");

    /// <summary>The ports of a list of closed intervals.</summary>
    private static ushort[] Ports(VectorObject line, string name)
    {
        var ports = new List<ushort>();
        foreach (uint[] interval in line.Rows(name, 2))
        {
            for (uint port = interval[0]; port <= VectorObject.PortOf(interval[1], name); port++)
            {
                ports.Add((ushort)port);
            }
        }

        return [.. ports];
    }

    private static ConntrackTuple<TAddress> WithKey<TAddress>(in ConntrackTuple<TAddress> tuple, ManipType manip, ushort key)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ConntrackTuple<TAddress> result = tuple;
        if (manip == ManipType.Source || tuple.IsIcmp)
        {
            result.SourcePort = key;
        }
        else
        {
            result.DestinationPort = key;
        }

        return result;
    }

    private static ushort KeyOf<TAddress>(in ConntrackTuple<TAddress> tuple, ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress> =>
        manip == ManipType.Source || tuple.IsIcmp ? tuple.SourcePort : tuple.DestinationPort;

    /// <summary>
    /// A key under which the keyed start of this tuple is the one that the vector gives: it names the start, not the key, and the model
    /// computes its start itself. About 65536 keys are tried.
    /// </summary>
    private static SipKey SecretWithStart<TAddress>(ushort start, in ConntrackTuple<TAddress> tuple, ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ulong seed = 0;
        while ((ushort)SecurePortCheck.Value(new SipKey(seed, 0), in tuple, manip) != start)
        {
            seed++;
        }

        return new SipKey(seed, 0);
    }
}
