using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The four hashes of one IPv4 flow in zone 0 with ports, a hash to a lane, as flow 0 of a <see cref="FlowBlock"/>: what
/// <see cref="FlowBlockLanes"/> does for sixteen.
/// </summary>
internal static unsafe class FlowQuad
{
    // Lane 0 is the REPLY tuple: its state in front of the last word is stored where that of flow 0 belongs.
    private const int OriginalLane = 1;
    private const int SourceLane = 2;
    private const int FirstLane = 3;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => QuadLanes.IsSupported;

    /// <summary>Fills hashes and buckets of flow 0 and its prefix.</summary>
    /// <param name="shape">Table and rule.</param>
    /// <param name="original">The ORIGINAL tuple.</param>
    /// <param name="reply">The REPLY tuple with the flow's own port.</param>
    /// <param name="block">The block.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill(
        in FlowBlockLanes.Shape shape, ConntrackTuple<IPv4Address>* original, ConntrackTuple<IPv4Address>* reply, FlowBlock* block)
    {
        ulong keys = original->Keys;
        ulong source = original->Source.LowWord;
        ulong from = reply->Source.LowWord;
        ulong sourceKey = TupleWords.SourceKey(in *original);
        ulong replyWord = TupleWords.Second(in *reply);
        ulong salt = TupleWords.Salt(shape.NetMix);
        ulong k1 = shape.Key.K1;
        ulong salted = k1 ^ shape.NetMix;
        Vector256<ulong> key1 = Vector256.Create(salted, salted, k1, salted);
        Vector256<ulong> v0 = Vector256.Create(shape.Key.K0 ^ SipState.Init0);
        Vector256<ulong> v1 = key1 ^ Vector256.Create(SipState.Init1);
        Vector256<ulong> v2 = Vector256.Create(shape.Key.K0 ^ SipState.Init2);
        Vector256<ulong> v3 = key1 ^ Vector256.Create(SipState.Init3);
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256.Create(from, source, source, from));
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256<ulong>.Zero);
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256.Create(
            replyWord, TupleWords.Second(in *original), sourceKey | salt, replyWord));
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256.Create(0, 0, TupleWords.ProtocolAndZone(keys), 0));
        v0.Store(block->Prefix);
        v1.Store(block->Prefix + FlowBlock.Width);
        v2.Store(block->Prefix + (2 * FlowBlock.Width));
        v3.Store(block->Prefix + (3 * FlowBlock.Width));
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256.Create(
            TupleWords.Last(reply->Keys), TupleWords.Last(keys), TupleWords.Length32, TupleWords.Last(block->FirstKeys[0])));
        v2 ^= Vector256.Create(SipState.FinishMark);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Vector256<ulong> hashes = v0 ^ v1 ^ v2 ^ v3;
        Vector256<ulong> counts = Vector256.Create(shape.Buckets, shape.Buckets, shape.SourceBuckets, (ulong)shape.Buckets);
        Vector256<ulong> indices = QuadLanes.MultiplyLow(hashes, counts) >>> 32;
        block->KeptHash[0] = hashes.ToScalar();
        block->KeptBucket[0] = indices.ToScalar();
        block->OriginalHash[0] = hashes.GetElement(OriginalLane);
        block->OriginalBucket[0] = indices.GetElement(OriginalLane);
        block->SourceHash[0] = hashes.GetElement(SourceLane);
        block->SourceBucket[0] = indices.GetElement(SourceLane);
        block->FirstHash[0] = hashes.GetElement(FirstLane);
        block->FirstBucket[0] = indices.GetElement(FirstLane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(
        ref Vector256<ulong> v0, ref Vector256<ulong> v1, ref Vector256<ulong> v2, ref Vector256<ulong> v3, Vector256<ulong> word)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector256<ulong> v0, ref Vector256<ulong> v1, ref Vector256<ulong> v2, ref Vector256<ulong> v3) =>
        SipLaneKernel<QuadLanes, Vector256<ulong>>.Round(ref v0, ref v1, ref v2, ref v3);
}
