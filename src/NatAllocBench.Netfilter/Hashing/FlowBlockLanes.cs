using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The hashes of a <see cref="FlowBlock"/> of IPv4 flows in zone 0 under the functions of 6.5 and later, a flow to a lane, two vectors side
/// by side. The lanes of a flow in another zone hold nothing of use.
/// </summary>
internal static unsafe class FlowBlockLanes
{
    /// <summary>What all blocks of a table and rule have in common.</summary>
    /// <param name="Key">Key of the hash table, unsalted.</param>
    /// <param name="NetMix">Salt of the network namespace.</param>
    /// <param name="Buckets">Buckets of the table.</param>
    /// <param name="SourceBuckets">Buckets of the by-source table.</param>
    /// <param name="Keeps">Whether the REPLY tuple with the flow's own port is asked for.</param>
    public readonly record struct Shape(SipKey Key, uint NetMix, uint Buckets, uint SourceBuckets, bool Keeps);

    /// <summary>Fills hashes, buckets and prefixes from the tuples and <see cref="FlowBlock.FirstKeys"/>.</summary>
    /// <param name="shape">Table and rule.</param>
    /// <param name="originals">Sixteen ORIGINAL tuples.</param>
    /// <param name="replies">Their REPLY tuples, each with its own port.</param>
    /// <param name="hasIcmp">Whether some first candidate differs from its REPLY tuple in the source key.</param>
    public static void Fill(
        in Shape shape, ConntrackTuple<IPv4Address>* originals, ConntrackTuple<IPv4Address>* replies, bool hasIcmp, FlowBlock* block)
    {
        if (SipHash24Lanes.UseAvx512)
        {
            Fill<Avx512Lanes, Vector512<ulong>>(in shape, originals, replies, hasIcmp, block);
        }
        else if (QuadLanes.IsSupported)
        {
            Fill<QuadLanes, Vector256<ulong>>(in shape, originals, replies, hasIcmp, block);
        }
        else if (PortableLanes.IsSupported)
        {
            Fill<PortableLanes, Vector128<ulong>>(in shape, originals, replies, hasIcmp, block);
        }
        else
        {
            Fill<ScalarLanes, ulong>(in shape, originals, replies, hasIcmp, block);
        }
    }

    /// <summary>The same with lanes of a certain kind.</summary>
    internal static void Fill<TLanes, TVector>(
        in Shape shape, ConntrackTuple<IPv4Address>* originals, ConntrackTuple<IPv4Address>* replies, bool hasIcmp, FlowBlock* block)
        where TLanes : struct, ISipLanes<TVector>
    {
        SipState start = SipState.Start(shape.Key);
        SipState salted = SipState.Start(new SipKey(shape.Key.K0, shape.Key.K1 ^ shape.NetMix));
        for (int lane = 0; lane < FlowBlock.Width; lane += 2 * TLanes.Width)
        {
            FillOriginals<TLanes, TVector>(in shape, in start, in salted, originals, block, lane);
            FillReplies<TLanes, TVector>(in shape, in salted, replies, hasIcmp, block, lane);
        }
    }

    /// <summary>ORIGINAL tuple and source: without a salt they share their first two words and the key.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FillOriginals<TLanes, TVector>(
        in Shape shape, in SipState start, in SipState salted, ConntrackTuple<IPv4Address>* originals, FlowBlock* block, int lane)
        where TLanes : struct, ISipLanes<TVector>
    {
        ulong* states = block->Scratch + lane;
        TVector addressesA = TupleWords<TLanes, TVector>.Load(in originals[lane], out TVector keysA);
        TVector addressesB = TupleWords<TLanes, TVector>.Load(in originals[lane + TLanes.Width], out TVector keysB);
        var zero = new SipPairKernel<TLanes, TVector>.WordPair(TLanes.Broadcast(0), TLanes.Broadcast(0));
        var source = new SipPairKernel<TLanes, TVector>.WordPair(
            TupleWords<TLanes, TVector>.Source(addressesA), TupleWords<TLanes, TVector>.Source(addressesB));
        TVector keyWordA = TupleWords<TLanes, TVector>.SourceKey(keysA);
        TVector keyWordB = TupleWords<TLanes, TVector>.SourceKey(keysB);
        SipPairKernel<TLanes, TVector>.Start(in salted, in source, in zero, states);
        SipPairKernel<TLanes, TVector>.FinishThree(
            states,
            new(
                TLanes.Or(keyWordA, TupleWords<TLanes, TVector>.Destination(addressesA)),
                TLanes.Or(keyWordB, TupleWords<TLanes, TVector>.Destination(addressesB))),
            in zero,
            new(TupleWords<TLanes, TVector>.Last(keysA), TupleWords<TLanes, TVector>.Last(keysB)),
            shape.Buckets,
            block->OriginalHash + lane,
            block->OriginalBucket + lane);
        if (shape.NetMix != 0)
        {
            SipPairKernel<TLanes, TVector>.Start(in start, in source, in zero, states);
        }

        TVector salt = TLanes.Broadcast(TupleWords.Salt(shape.NetMix));
        TVector length = TLanes.Broadcast(TupleWords.Length32);
        SipPairKernel<TLanes, TVector>.FinishThree(
            states,
            new(TLanes.Or(keyWordA, salt), TLanes.Or(keyWordB, salt)),
            new(TupleWords<TLanes, TVector>.ProtocolAndZone(keysA), TupleWords<TLanes, TVector>.ProtocolAndZone(keysB)),
            new(length, length),
            shape.SourceBuckets,
            block->SourceHash + lane,
            block->SourceBucket + lane);
    }

    /// <summary>Both REPLY tuples: with ports they differ in the last word only.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FillReplies<TLanes, TVector>(
        in Shape shape, in SipState salted, ConntrackTuple<IPv4Address>* replies, bool hasIcmp, FlowBlock* block, int lane)
        where TLanes : struct, ISipLanes<TVector>
    {
        ulong* states = block->Prefix + lane;
        TVector addressesA = TupleWords<TLanes, TVector>.Load(in replies[lane], out TVector keysA);
        TVector addressesB = TupleWords<TLanes, TVector>.Load(in replies[lane + TLanes.Width], out TVector keysB);
        TVector firstA = TLanes.Load(in block->FirstKeys[lane]);
        TVector firstB = TLanes.Load(in block->FirstKeys[lane + TLanes.Width]);
        TVector highA = TupleWords<TLanes, TVector>.Destination(addressesA);
        TVector highB = TupleWords<TLanes, TVector>.Destination(addressesB);
        var zero = new SipPairKernel<TLanes, TVector>.WordPair(TLanes.Broadcast(0), TLanes.Broadcast(0));
        SipPairKernel<TLanes, TVector>.Start(
            in salted,
            new(TupleWords<TLanes, TVector>.Source(addressesA), TupleWords<TLanes, TVector>.Source(addressesB)),
            in zero,
            states);
        if (hasIcmp)
        {
            SipPairKernel<TLanes, TVector>.FinishThree(
                states,
                new(
                    TLanes.Or(TupleWords<TLanes, TVector>.SourceKey(firstA), highA),
                    TLanes.Or(TupleWords<TLanes, TVector>.SourceKey(firstB), highB)),
                in zero,
                new(TupleWords<TLanes, TVector>.Last(firstA), TupleWords<TLanes, TVector>.Last(firstB)),
                shape.Buckets,
                block->FirstHash + lane,
                block->FirstBucket + lane);
        }

        SipPairKernel<TLanes, TVector>.Continue(
            states,
            new(
                TLanes.Or(TupleWords<TLanes, TVector>.SourceKey(keysA), highA),
                TLanes.Or(TupleWords<TLanes, TVector>.SourceKey(keysB), highB)),
            in zero);
        if (shape.Keeps)
        {
            SipPairKernel<TLanes, TVector>.Finish(
                states,
                new(TupleWords<TLanes, TVector>.Last(keysA), TupleWords<TLanes, TVector>.Last(keysB)),
                shape.Buckets,
                block->KeptHash + lane,
                block->KeptBucket + lane);
        }

        if (!hasIcmp)
        {
            SipPairKernel<TLanes, TVector>.Finish(
                states,
                new(TupleWords<TLanes, TVector>.Last(firstA), TupleWords<TLanes, TVector>.Last(firstB)),
                shape.Buckets,
                block->FirstHash + lane,
                block->FirstBucket + lane);
        }
    }
}
