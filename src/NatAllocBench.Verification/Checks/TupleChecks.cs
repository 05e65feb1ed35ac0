using System.Buffers.Binary;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary><c>invert_tuple</c>: the opposite direction, both ways.</summary>
internal sealed class InversionCheck : IFamilyCheck
{
    public static void Run<TAddress>(VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ConntrackTuple<TAddress> tuple = FieldTerms.Tuple<TAddress>(line.Object("tuple"));
        ConntrackTuple<TAddress> inverse = FieldTerms.Tuple<TAddress>(line.Object("inverse"));
        comparison.Expect("inverse", inverse, tuple.Invert());
    }
}

/// <summary><c>secure_port</c>: the keyed start of <c>random</c> up to 4.20.</summary>
internal sealed class SecurePortCheck : IFamilyCheck
{
    public static void Run<TAddress>(VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        SipKey key = FieldTerms.Key(line, "key");
        line.Describes("bytes"); // the input of the hash, whose value is compared
        using var nat = new NatState(key);
        ConntrackTuple<TAddress> tuple = ConntrackTuple<TAddress>.Of(
            IPProtocol.Tcp,
            FieldTerms.Address<TAddress>(line.Text("src")),
            0,
            FieldTerms.Address<TAddress>(line.Text("dst")),
            line.Port("dport"));
        comparison.Expect("value", (uint)line.Hex("value"), Value(key, in tuple, ManipType.Source));
        comparison.Expect("off", line.Port("off"), StartOffsets.Keyed(StartOffset.KeyedSipHash, nat, in tuple, ManipType.Source, nowMs: 0));
    }

    /// <summary>All 32 bits, of which the search keeps the lower half.</summary>
    public static uint Value<TAddress>(SipKey key, in ConntrackTuple<TAddress> tuple, ManipType manip)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ushort port = manip == ManipType.Source ? tuple.DestinationKey : tuple.SourceKey;
        return TAddress.WordCount == 1
            ? PortSecret.SipIPv4(key, tuple.Source.Word(0), tuple.Destination.Word(0), port)
            : PortSecret.SipIPv6(key, Bytes(tuple.Source), Bytes(tuple.Destination), port);
    }

    private static byte[] Bytes<TAddress>(TAddress address)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, address.LowWord);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), address.HighWord);
        return bytes;
    }
}

/// <summary><c>hash_conntrack</c>: raw hash and bucket of a tuple.</summary>
internal sealed class TableHashCheck : IEraCheck
{
    public static void Run<TAddress, TEra, TDesign>(Era era, VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConntrackTuple<TAddress> tuple = FieldTerms.Tuple<TAddress>(line.Object("tuple"), line.PortOr("zone", 0));
        TupleHash raw = TupleHasher.Hash<TAddress, TEra>(Secrets(line), in tuple);
        comparison.Expect("raw", (uint)line.Hex("raw"), raw.Value);
        comparison.Expect("bucket", line.Number("bucket"), raw.Bucket(line.Number("buckets")));
    }

    public static HashSecrets Secrets(VectorObject line)
    {
        foreach (string step in (string[])["bytes", "words", "initval", "effective_key"])
        {
            line.Describes(step); // on the way to the raw value, which is compared
        }

        return new(
            line.Has("key") ? FieldTerms.Key(line, "key") : default,
            (uint)line.HexOr("rnd", 0),
            (uint)line.Hex("net_mix"));
    }
}

/// <summary><c>hash_by_src</c>: raw hash and bucket of the by-source table.</summary>
internal sealed class BySourceHashCheck : IEraCheck
{
    public static void Run<TAddress, TEra, TDesign>(Era era, VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConntrackTuple<TAddress> tuple = FieldTerms.Tuple<TAddress>(line.Object("tuple"));
        line.Describes("zone"); // of another direction it is not hashed
        ushort zone = line.TextOr("zone_dir", "") == "both" ? line.Port("zone") : (ushort)0;
        SourceHash raw = BySourceHasher.Hash(era.Traits.BySourceHash, TableHashCheck.Secrets(line), in tuple, zone);
        comparison.Expect("raw", (uint)line.Hex("raw"), raw.Value);
        comparison.Expect("bucket", line.Number("bucket"), raw.Bucket(line.Number("buckets")));
    }
}

/// <summary><c>best_ip</c>: the address from a pool. All four trees hash it alike.</summary>
internal sealed class PoolCheck : IFamilyCheck
{
    public static void Run<TAddress>(VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ManipType manip = FieldTerms.Manip(line);
        NatRange<TAddress> range = NatRange<TAddress>.Pool(
            FieldTerms.Address<TAddress>(line.Text("min_ip")),
            FieldTerms.Address<TAddress>(line.Text("max_ip")),
            line.Flag("persistent") ? NatFlags.Persistent : NatFlags.None);
        ConntrackTuple<TAddress> tuple = ConntrackTuple<TAddress>.Of(
            IPProtocol.Tcp, FieldTerms.Address<TAddress>(line.Text("src")), 0, FieldTerms.Address<TAddress>(line.Text("dst")), 0);
        tuple.Zone = line.PortOr("zone", 0);
        AddressPool.Choose(ref tuple, in range, manip, PoolHash.Jenkins3Union);
        TAddress chosen = manip == ManipType.Source ? tuple.Source : tuple.Destination;
        comparison.Expect("chosen", FieldTerms.Address<TAddress>(line.Text("chosen")), chosen);
    }
}
