using CsCheck;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Hashing;

/// <summary>The cached prefix gives the hash that hashing the whole tuple gives.</summary>
public sealed class TupleHashPrefixTests
{
    [Fact]
    public void A_finished_prefix_equals_the_whole_hash_in_every_siphash_era() => Inputs.Sample(input =>
    {
        AssertEqual<IPv4Address, Linux5_15>(in input.Secrets, new IPv4Address((uint)input.A), new IPv4Address((uint)input.B), input.Keys);
        AssertEqual<IPv4Address, Linux6_2>(in input.Secrets, new IPv4Address((uint)input.A), new IPv4Address((uint)input.B), input.Keys);
        AssertEqual<IPv4Address, Linux6_5>(in input.Secrets, new IPv4Address((uint)input.A), new IPv4Address((uint)input.B), input.Keys);
        AssertEqual<IPv6Address, Linux5_15>(
            in input.Secrets, new IPv6Address(input.A, input.B), new IPv6Address(input.B, input.C), input.Keys);
        AssertEqual<IPv6Address, Linux6_2>(
            in input.Secrets, new IPv6Address(input.A, input.B), new IPv6Address(input.B, input.C), input.Keys);
        AssertEqual<IPv6Address, Linux6_5>(
            in input.Secrets, new IPv6Address(input.A, input.B), new IPv6Address(input.B, input.C), input.Keys);
    });

    [Fact]
    public void Only_siphash_has_a_prefix_before_the_port() =>
        Assert.False(TupleHashPrefix<IPv4Address, Linux5_0>.IsUseful || TupleHashPrefix<IPv4Address, Linux2_6_32>.IsUseful);

    private static Gen<(HashSecrets Secrets, ulong A, ulong B, ulong C, ulong Keys)> Inputs =>
        from k0 in Gen.ULong
        from k1 in Gen.ULong
        from mix in Gen.UInt
        from a in Gen.ULong
        from b in Gen.ULong
        from c in Gen.ULong
        from keys in Gen.ULong
        select (new HashSecrets(new SipKey(k0, k1), 0, mix), a, b, c, keys);

    private static void AssertEqual<TAddress, TEra>(in HashSecrets secrets, TAddress source, TAddress destination, ulong keys)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
    {
        var tuple = new ConntrackTuple<TAddress>
        {
            Source = source,
            Destination = destination,
            SourceKey = (ushort)keys,
            DestinationKey = (ushort)(keys >> 16),
            Zone = (ushort)(keys >> 32),
            Protocol = (keys >> 48) % 2 == 0 ? IPProtocol.Tcp : IPProtocol.Udp,
        };
        TupleHashPrefix<TAddress, TEra> prefix = default;
        prefix.Start(in secrets, in tuple);
        ushort other = (ushort)(keys >> 49);
        Assert.Equal(TupleHasher.Hash<TAddress, TEra>(in secrets, in tuple), prefix.Finish(tuple.DestinationKey));
        tuple.DestinationKey = other;
        Assert.Equal(TupleHasher.Hash<TAddress, TEra>(in secrets, in tuple), prefix.Finish(other));
    }
}
