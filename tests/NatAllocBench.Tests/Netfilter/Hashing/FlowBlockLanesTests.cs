using System.Runtime.Intrinsics;
using CsCheck;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public sealed unsafe class FlowBlockLanesTests
{
    private const int Width = FlowBlock.Width;
    private const uint Buckets = 65537;
    private const uint SourceBuckets = 1021;

    private static readonly Gen<ConntrackTuple<IPv4Address>> Tuples = Gen.Select(
        Gen.UInt, Gen.UShort, Gen.UInt, Gen.UShort, Gen.Bool,
        (source, sourcePort, destination, destinationPort, isTcp) => ConntrackTuple<IPv4Address>.Of(
            isTcp ? IPProtocol.Tcp : IPProtocol.Udp, IPv4Address.FromValue(source), sourcePort, IPv4Address.FromValue(destination),
            destinationPort));

    private static readonly Gen<HashSecrets> Secrets = Gen.Select(
        Gen.ULong, Gen.ULong, Gen.OneOf(Gen.Const(0u), Gen.UInt), (k0, k1, mix) => new HashSecrets(new SipKey(k0, k1), 0, mix));

    [Avx512Fact]
    public void Sixteen_flows_have_the_hashes_of_each_with_avx512() => CheckBlock<Avx512Lanes, Vector512<ulong>>();

    [Avx2Fact]
    public void Sixteen_flows_have_the_hashes_of_each_with_avx2() => CheckBlock<QuadLanes, Vector256<ulong>>();

    [Fact]
    public void Sixteen_flows_have_the_hashes_of_each_with_portable_vectors() => CheckBlock<PortableLanes, Vector128<ulong>>();

    [Fact]
    public void Sixteen_flows_have_the_hashes_of_each_in_general_registers() => CheckBlock<ScalarLanes, ulong>();

    [Avx2Fact]
    public void One_flow_has_its_four_hashes_and_its_prefix() =>
        Gen.Select(Secrets, Tuples, Tuples, Gen.UShort).Sample((secrets, original, reply, port) =>
        {
            FlowBlock block = default;
            block.FirstKeys[0] = reply.KeysWithDestination(port);
            FlowQuad.Fill(new FlowQuad.Start(ShapeOf(secrets)), &original, &reply, &block);
            AssertFlow(secrets, in original, in reply, &block, 0, hasPrefix: true);
        });

    private static void CheckBlock<TLanes, TVector>()
        where TLanes : struct, ISipLanes<TVector> =>
        Gen.Select(Secrets, Tuples.Array[Width], Tuples.Array[Width], Gen.UShort.Array[Width], Gen.Bool).Sample(
            (secrets, originals, replies, ports, hasIcmp) =>
            {
                FlowBlock block = default;
                for (int i = 0; i < Width; i++)
                {
                    block.FirstKeys[i] = hasIcmp && (i & 1) == 0
                        ? (replies[i].Keys & ~0xFFFFUL) | ports[i]
                        : replies[i].KeysWithDestination(ports[i]);
                }

                fixed (ConntrackTuple<IPv4Address>* original = originals, reply = replies)
                {
                    FlowBlockLanes.Fill<TLanes, TVector>(ShapeOf(secrets), original, reply, hasIcmp, &block);
                }

                for (int i = 0; i < Width; i++)
                {
                    AssertFlow(secrets, in originals[i], in replies[i], &block, i, hasPrefix: !hasIcmp || (i & 1) != 0);
                }
            },
            iter: 200);

    private static FlowBlockLanes.Shape ShapeOf(HashSecrets secrets) =>
        new(secrets.Key, secrets.NetMix, Buckets, SourceBuckets, Keeps: true);

    private static void AssertFlow(
        HashSecrets secrets, in ConntrackTuple<IPv4Address> original, in ConntrackTuple<IPv4Address> reply, FlowBlock* block, int flow,
        bool hasPrefix)
    {
        ConntrackTuple<IPv4Address> first = reply;
        first.Keys = block->FirstKeys[flow];
        SourceHash source = BySourceHasher.Hash(BySourceHash.SipHash32, in secrets, in original, 0);
        Assert.Equal(TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in original).Value, (uint)block->OriginalHash[flow]);
        Assert.Equal(source.Value, (uint)block->SourceHash[flow]);
        Assert.Equal(TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in reply).Value, (uint)block->KeptHash[flow]);
        TupleHash firstHash = TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in first);
        Assert.Equal(firstHash.Value, (uint)block->FirstHash[flow]);
        Assert.Equal(ReciprocalScale.Scale((uint)block->OriginalHash[flow], Buckets), block->OriginalBucket[flow]);
        Assert.Equal(source.Bucket(SourceBuckets), block->SourceBucket[flow]);
        Assert.Equal(ReciprocalScale.Scale((uint)block->KeptHash[flow], Buckets), block->KeptBucket[flow]);
        Assert.Equal(ReciprocalScale.Scale((uint)block->FirstHash[flow], Buckets), block->FirstBucket[flow]);
        if (hasPrefix)
        {
            SipState state;
            state.V0 = block->Prefix[flow];
            state.V1 = block->Prefix[Width + flow];
            state.V2 = block->Prefix[(2 * Width) + flow];
            state.V3 = block->Prefix[(3 * Width) + flow];
            Assert.Equal(firstHash.Value, (uint)state.Finish(TupleWords.Last(first.Keys)));
        }
    }
}
