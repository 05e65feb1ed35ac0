using System.Buffers.Binary;
using System.Numerics;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>The word hash that Open vSwitch was compiled with.</summary>
internal interface IOvsHash
{
    static abstract uint Add(uint hash, uint word);

    static abstract uint Finish(uint hash);
}

/// <summary>MurmurHash3: builds without SSE4.2, the default on x86-64.</summary>
internal readonly struct Murmur : IOvsHash
{
    public static uint Add(uint hash, uint word)
    {
        word = BitOperations.RotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
        return (5 * BitOperations.RotateLeft(hash ^ word, 13)) + 0xe6546b64;
    }

    public static uint Finish(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}

/// <summary>CRC-32C: builds with SSE4.2.</summary>
internal readonly struct Crc32C : IOvsHash
{
    public static uint Add(uint hash, uint word) => BitOperations.Crc32C(hash, word);

    public static uint Finish(uint hash)
    {
        ulong product = BitOperations.Crc32C(hash, 0UL) * 0x805204f3UL;
        return (uint)product ^ ((uint)product >> 16);
    }
}

/// <summary><c>nat_range_hash</c>: chooses the first address and, with ports in the rule, the first port.</summary>
internal static class OvsRangeHash
{
    private const uint Ipv4 = 0x0008; // EtherTypes as read from network order
    private const uint Ipv6 = 0xdd86;
    private const uint EchoRequest = 8;
    private const uint EchoRequestV6 = 128;
    private const uint EchoReplyV6 = 129;

    /// <summary>Up to 3.3: range first, then both endpoints.</summary>
    public static uint RangeFirst<TAddress, THash>(uint basis, in FlowTuple<TAddress> original, in OvsRule<TAddress> rule)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        uint hash = AddRange<TAddress, THash>(basis, in rule);
        hash = AddEndpoints<TAddress, THash>(hash, in original);
        return AddRest<TAddress, THash>(hash, original.Protocol, in rule);
    }

    /// <summary>From 3.4: both endpoints first; with a basis of 0 (<c>persistent</c>) only the source address instead.</summary>
    public static uint EndpointsFirst<TAddress, THash>(uint basis, in FlowTuple<TAddress> original, in OvsRule<TAddress> rule)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        uint hash = basis == 0
            ? AddAddress<TAddress, THash>(basis, original.Source)
            : AddEndpoints<TAddress, THash>(basis, in original);
        hash = AddRange<TAddress, THash>(hash, in rule);
        return AddRest<TAddress, THash>(hash, original.Protocol, in rule);
    }

    private static uint AddRange<TAddress, THash>(uint hash, in OvsRule<TAddress> rule)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        hash = AddAddress<TAddress, THash>(hash, rule.HasAddress ? rule.MinAddress : TAddress.Zero);
        hash = AddAddress<TAddress, THash>(hash, rule.HasAddress ? rule.MaxAddress : TAddress.Zero);
        return THash.Add(hash, rule.HasPorts ? ((uint)rule.MaxPort << 16) | rule.MinPort : 0);
    }

    private static uint AddEndpoints<TAddress, THash>(uint hash, in FlowTuple<TAddress> original)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        (uint sourceType, uint destinationType) = original.Protocol switch
        {
            IpProtocols.Icmp => (EchoRequest, 0u),
            IpProtocols.IcmpV6 => (EchoRequestV6, EchoReplyV6),
            _ => (0u, 0u),
        };
        hash = AddAddress<TAddress, THash>(hash, original.Source);
        hash = THash.Add(hash, BinaryPrimitives.ReverseEndianness(original.SourcePort) | (sourceType << 16));
        hash = AddAddress<TAddress, THash>(hash, original.Destination);
        return THash.Add(hash, BinaryPrimitives.ReverseEndianness(original.DestinationPort) | (destinationType << 16));
    }

    private static uint AddRest<TAddress, THash>(uint hash, byte protocol, in OvsRule<TAddress> rule)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        hash = THash.Add(hash, typeof(TAddress) == typeof(uint) ? Ipv4 : Ipv6);
        hash = THash.Add(hash, protocol);
        return THash.Finish(THash.Add(hash, rule.Zone));
    }

    /// <summary>The 16 bytes of an address as four words; IPv4 takes the first.</summary>
    private static uint AddAddress<TAddress, THash>(uint hash, TAddress address)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where THash : struct, IOvsHash
    {
        if (typeof(TAddress) == typeof(uint))
        {
            hash = THash.Add(hash, BinaryPrimitives.ReverseEndianness(uint.CreateTruncating(address)));
            return THash.Add(THash.Add(THash.Add(hash, 0), 0), 0);
        }

        for (int shift = 96; shift >= 0; shift -= 32)
        {
            hash = THash.Add(hash, BinaryPrimitives.ReverseEndianness(uint.CreateTruncating(address >> shift)));
        }

        return hash;
    }
}
