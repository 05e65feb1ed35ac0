using System.Runtime.Intrinsics;
using CsCheck;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public sealed unsafe class FlowLanesTests
{
    private const int Lanes = SipHash24Lanes.Count;

    private static readonly Gen<IPProtocol> Protocols = Gen.Int[0, 3].Select(
        kind => kind switch { 0 => IPProtocol.Tcp, 1 => IPProtocol.Udp, 2 => IPProtocol.Sctp, _ => IPProtocol.Icmp });

    private static readonly Gen<ConntrackTuple<IPv4Address>> Tuples = Gen.Select(
        Gen.UInt, Gen.UShort, Gen.UInt, Gen.UShort, Protocols,
        (source, sourcePort, destination, destinationPort, protocol) => ConntrackTuple<IPv4Address>.Of(
            protocol, IPv4Address.FromValue(source), sourcePort, IPv4Address.FromValue(destination), destinationPort));

    private static readonly Gen<HashSecrets> Secrets =
        Gen.Select(Gen.ULong, Gen.ULong, Gen.UInt, (k0, k1, mix) => new HashSecrets(new SipKey(k0, k1), 0, mix));

    [Avx512Fact]
    public void Eight_connections_have_the_hashes_of_each_with_avx512() => CheckEight<Avx512Lanes, Vector512<ulong>>();

    [Avx2Fact]
    public void Eight_connections_have_the_hashes_of_each_with_avx2() => CheckEight<Avx2Lanes, Avx2Lanes.Pair>();

    [Fact]
    public void Eight_connections_have_the_hashes_of_each_in_general_registers() => CheckEight<ScalarLanes, ulong>();

    [Fact]
    public void One_connection_has_its_four_hashes() =>
        Gen.Select(Secrets, Tuples, Tuples, Gen.UShort).Sample((secrets, original, reply, otherPort) =>
        {
            FlowLanes.Scratch scratch = default;
            HashMemo<IPv4Address> memo = Memo(reply, otherPort);
            FlowLanes.PrepareOne(secrets.Key, secrets.NetMix, &scratch);
            FlowLanes.FillOne(in original, ref memo, &scratch);
            FlowLanes.FillOne(in original, ref memo, &scratch); // what the first use left behind must not show
            AssertHashes(secrets, original, reply, otherPort, memo);
        });

    private static void CheckEight<TLanes, TVector>()
        where TLanes : struct, ISipLanes<TVector> =>
        Gen.Select(Secrets, Tuples.Array[Lanes], Tuples.Array[Lanes], Gen.UShort.Array[Lanes], Gen.UShort).Sample(
            (secrets, originals, replies, otherPorts, zone) =>
            {
                FlowLanes.Scratch scratch = default;
                HashMemo<IPv4Address>* memos = stackalloc HashMemo<IPv4Address>[Lanes];
                for (int lane = 0; lane < Lanes; lane++)
                {
                    originals[lane].Zone = zone;
                    replies[lane].Zone = zone;
                    memos[lane] = Memo(replies[lane], otherPorts[lane]);
                }

                SipState start = SipState.Start(new SipKey(secrets.Key.K0 ^ zone, secrets.Key.K1 ^ secrets.NetMix));
                FlowLanes.Fill<TLanes, TVector>(
                    in start, SipState.Start(secrets.Key), secrets.NetMix, in originals[0], memos, &scratch);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    AssertHashes(secrets, originals[lane], replies[lane], otherPorts[lane], memos[lane]);
                }
            });

    private static HashMemo<IPv4Address> Memo(ConntrackTuple<IPv4Address> reply, ushort otherPort) =>
        new() { Reply = reply, OtherKeys = reply.KeysWithDestination(otherPort) };

    private static void AssertHashes(
        HashSecrets secrets, ConntrackTuple<IPv4Address> original, ConntrackTuple<IPv4Address> reply, ushort otherPort,
        HashMemo<IPv4Address> memo)
    {
        ConntrackTuple<IPv4Address> other = reply;
        other.DestinationKey = otherPort;
        Assert.Equal(TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in original), memo.OriginalHash);
        Assert.Equal(BySourceHasher.Hash(BySourceHash.SipHash32, in secrets, in original, original.Zone), memo.SourceHash);
        Assert.Equal(TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in reply), memo.ReplyHash);
        Assert.Equal(TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in other), memo.OtherHash);
        Assert.True(memo.TryGet(in other, out TupleHash hash));
        Assert.Equal(otherPort == reply.DestinationKey ? memo.ReplyHash : memo.OtherHash, hash);
    }
}
