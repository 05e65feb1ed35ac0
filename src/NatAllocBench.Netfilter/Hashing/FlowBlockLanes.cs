using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The hashes of a <see cref="FlowBlock"/> of IPv4 flows in zone 0 under the functions of 6.5 and later, a flow to a lane, two vectors side by
/// side. The lanes of a flow in another zone hold nothing of use.
/// </summary>
internal static unsafe class FlowBlockLanes
{
    private const ulong SourceKeyMask = 0xFFFF;
    private const ulong DestinationKeyMask = 0xFFFF0000;
    private const ulong ZoneMask = 0xFFFFUL << 32;
    private const int ProtocolShift = 48;
    private const ulong ProtocolMask = 0xFFUL << ProtocolShift;
    private const ulong Family = 2UL << 16;
    private const ulong Length39 = 39UL << SipState.LengthShift;
    private const ulong Length32 = 32UL << SipState.LengthShift;

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
    /// <param name="block">The block.</param>
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
        TVector addressesA = Load<TLanes, TVector>(originals + lane, out TVector keysA);
        TVector addressesB = Load<TLanes, TVector>(originals + lane + TLanes.Width, out TVector keysB);
        var zero = new SipPairKernel<TLanes, TVector>.WordPair(TLanes.Broadcast(0), TLanes.Broadcast(0));
        var source = new SipPairKernel<TLanes, TVector>.WordPair(Low<TLanes, TVector>(addressesA), Low<TLanes, TVector>(addressesB));
        TVector keyWordA = KeyWord<TLanes, TVector>(keysA);
        TVector keyWordB = KeyWord<TLanes, TVector>(keysB);
        SipPairKernel<TLanes, TVector>.Start(in salted, in source, in zero, states);
        SipPairKernel<TLanes, TVector>.FinishThree(
            states,
            new(TLanes.Or(keyWordA, High<TLanes, TVector>(addressesA)), TLanes.Or(keyWordB, High<TLanes, TVector>(addressesB))),
            in zero,
            new(LastWord<TLanes, TVector>(keysA), LastWord<TLanes, TVector>(keysB)),
            shape.Buckets,
            block->OriginalHash + lane,
            block->OriginalBucket + lane);
        if (shape.NetMix != 0)
        {
            SipPairKernel<TLanes, TVector>.Start(in start, in source, in zero, states);
        }

        TVector salt = TLanes.Broadcast((ulong)shape.NetMix << 32);
        TVector length = TLanes.Broadcast(Length32);
        SipPairKernel<TLanes, TVector>.FinishThree(
            states,
            new(TLanes.Or(keyWordA, salt), TLanes.Or(keyWordB, salt)),
            new(ProtocolAndZone<TLanes, TVector>(keysA), ProtocolAndZone<TLanes, TVector>(keysB)),
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
        TVector addressesA = Load<TLanes, TVector>(replies + lane, out TVector keysA);
        TVector addressesB = Load<TLanes, TVector>(replies + lane + TLanes.Width, out TVector keysB);
        TVector firstA = TLanes.Load(in block->FirstKeys[lane]);
        TVector firstB = TLanes.Load(in block->FirstKeys[lane + TLanes.Width]);
        TVector highA = High<TLanes, TVector>(addressesA);
        TVector highB = High<TLanes, TVector>(addressesB);
        var zero = new SipPairKernel<TLanes, TVector>.WordPair(TLanes.Broadcast(0), TLanes.Broadcast(0));
        SipPairKernel<TLanes, TVector>.Start(in salted, new(Low<TLanes, TVector>(addressesA), Low<TLanes, TVector>(addressesB)), in zero, states);
        if (hasIcmp)
        {
            SipPairKernel<TLanes, TVector>.FinishThree(
                states,
                new(TLanes.Or(KeyWord<TLanes, TVector>(firstA), highA), TLanes.Or(KeyWord<TLanes, TVector>(firstB), highB)),
                in zero,
                new(LastWord<TLanes, TVector>(firstA), LastWord<TLanes, TVector>(firstB)),
                shape.Buckets,
                block->FirstHash + lane,
                block->FirstBucket + lane);
        }

        SipPairKernel<TLanes, TVector>.Continue(
            states, new(TLanes.Or(KeyWord<TLanes, TVector>(keysA), highA), TLanes.Or(KeyWord<TLanes, TVector>(keysB), highB)), in zero);
        if (shape.Keeps)
        {
            SipPairKernel<TLanes, TVector>.Finish(
                states,
                new(LastWord<TLanes, TVector>(keysA), LastWord<TLanes, TVector>(keysB)),
                shape.Buckets,
                block->KeptHash + lane,
                block->KeptBucket + lane);
        }

        if (!hasIcmp)
        {
            SipPairKernel<TLanes, TVector>.Finish(
                states,
                new(LastWord<TLanes, TVector>(firstA), LastWord<TLanes, TVector>(firstB)),
                shape.Buckets,
                block->FirstHash + lane,
                block->FirstBucket + lane);
        }
    }

    /// <summary>Destination key, protocol and length: the last word of a tuple with these keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LastWord(ulong keys) => ((keys & DestinationKeyMask) << 16) | (keys & ProtocolMask) | Length39;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load<TLanes, TVector>(ConntrackTuple<IPv4Address>* tuples, out TVector keys)
        where TLanes : struct, ISipLanes<TVector> => TLanes.LoadPairs(in *(ulong*)tuples, out keys);

    /// <summary>Source address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Low<TLanes, TVector>(TVector addresses)
        where TLanes : struct, ISipLanes<TVector> => TLanes.And(addresses, TLanes.Broadcast(uint.MaxValue));

    /// <summary>Destination address, where the word with the source key has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector High<TLanes, TVector>(TVector addresses)
        where TLanes : struct, ISipLanes<TVector> => TLanes.And(addresses, TLanes.Broadcast(~(ulong)uint.MaxValue));

    /// <summary>Source key and family.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector KeyWord<TLanes, TVector>(TVector keys)
        where TLanes : struct, ISipLanes<TVector> => TLanes.Or(TLanes.And(keys, TLanes.Broadcast(SourceKeyMask)), TLanes.Broadcast(Family));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ProtocolAndZone<TLanes, TVector>(TVector keys)
        where TLanes : struct, ISipLanes<TVector> => TLanes.Or(
            TLanes.ShiftRight(TLanes.And(keys, TLanes.Broadcast(ProtocolMask)), ProtocolShift), TLanes.And(keys, TLanes.Broadcast(ZoneMask)));

    /// <summary>Destination key, protocol and length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LastWord<TLanes, TVector>(TVector keys)
        where TLanes : struct, ISipLanes<TVector> => TLanes.Or(
            TLanes.Or(TLanes.ShiftLeft(TLanes.And(keys, TLanes.Broadcast(DestinationKeyMask)), 16), TLanes.And(keys, TLanes.Broadcast(ProtocolMask))),
            TLanes.Broadcast(Length39));
}
