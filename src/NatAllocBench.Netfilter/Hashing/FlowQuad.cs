using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The four hashes of one IPv4 flow in zone 0 with ports, a hash to a lane, as flow 0 of a <see cref="FlowBlock"/>: what
/// <see cref="FlowBlockLanes"/> does for sixteen. Lanes: REPLY tuple, ORIGINAL tuple, source, REPLY tuple with the first candidate.
/// </summary>
internal static unsafe class FlowQuad
{
    private const ulong All = ulong.MaxValue;

    // The REPLY tuple is lane 0: its state in front of the last word is stored where that of flow 0 belongs.
    private const int OriginalLane = 1;
    private const int SourceLane = 2;
    private const int FirstLane = 3;

    // Bits of a blend of halves: lanes 0 and 3, and lane 3.
    private const byte OuterLanes = 0b11_00_00_11;
    private const byte LastLane = 0b11_00_00_00;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => QuadLanes.IsSupported;

    /// <summary>Fills hashes and buckets of flow 0 and its prefix.</summary>
    /// <param name="start">Table and rule.</param>
    /// <param name="original">The ORIGINAL tuple.</param>
    /// <param name="reply">The REPLY tuple with the flow's own port.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill(in Start start, ConntrackTuple<IPv4Address>* original, ConntrackTuple<IPv4Address>* reply, FlowBlock* block)
    {
        Vector256<ulong> addresses = Blend(Vector256.Create(*(ulong*)original), Vector256.Create(*(ulong*)reply), OuterLanes);
        Vector256<ulong> keys = Blend(Vector256.Create(original->Keys), Vector256.Create(reply->Keys), OuterLanes);
        Vector256<ulong> v0 = start.V0;
        Vector256<ulong> v1 = start.V1;
        Vector256<ulong> v2 = start.V2;
        Vector256<ulong> v3 = start.V3;
        Vector256<ulong> notSource = Vector256.Create(All, All, 0, All);
        Absorb(ref v0, ref v1, ref v2, ref v3, TupleWords<QuadLanes, Vector256<ulong>>.Source(addresses));
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256<ulong>.Zero);
        Absorb(ref v0, ref v1, ref v2, ref v3, TupleWords<QuadLanes, Vector256<ulong>>.SourceKey(keys) | start.Salt
            | (TupleWords<QuadLanes, Vector256<ulong>>.Destination(addresses) & notSource));
        Absorb(ref v0, ref v1, ref v2, ref v3, Vector256.AndNot(TupleWords<QuadLanes, Vector256<ulong>>.ProtocolAndZone(keys), notSource));
        v0.Store(block->Prefix);
        v1.Store(block->Prefix + FlowBlock.Width);
        v2.Store(block->Prefix + (2 * FlowBlock.Width));
        v3.Store(block->Prefix + (3 * FlowBlock.Width));
        Vector256<ulong> last = TupleWords<QuadLanes, Vector256<ulong>>.Last(Blend(keys, Vector256.Create(block->FirstKeys[0]), LastLane));
        Absorb(ref v0, ref v1, ref v2, ref v3, (last & notSource) | Vector256.Create(0, 0, TupleWords.Length32, 0));
        v2 ^= Vector256.Create(SipState.FinishMark);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Vector256<ulong> hashes = v0 ^ v1 ^ v2 ^ v3;
        Vector256<ulong> indices = QuadLanes.MultiplyLow(hashes, start.Counts) >>> 32;
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
    private static Vector256<ulong> Blend(Vector256<ulong> left, Vector256<ulong> right, [ConstantExpected] byte rightHalves) =>
        Avx2.Blend(left.AsUInt32(), right.AsUInt32(), rightHalves).AsUInt64();

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

    /// <summary>
    /// What the flows of a table have in common: the states before the first word, and what does not change in the others.
    /// </summary>
    public readonly struct Start
    {
        public readonly Vector256<ulong> V0;
        public readonly Vector256<ulong> V1;
        public readonly Vector256<ulong> V2;
        public readonly Vector256<ulong> V3;

        /// <summary>The salt that the source has in its third word.</summary>
        public readonly Vector256<ulong> Salt;

        /// <summary>Buckets of the table that each hash is for.</summary>
        public readonly Vector256<ulong> Counts;

        /// <summary>Of a table.</summary>
        /// <param name="shape">The table.</param>
        public Start(in FlowBlockLanes.Shape shape)
        {
            ulong k1 = shape.Key.K1;
            ulong salted = k1 ^ shape.NetMix;
            Vector256<ulong> key1 = Vector256.Create(salted, salted, k1, salted);
            V0 = Vector256.Create(shape.Key.K0 ^ SipState.Init0);
            V1 = key1 ^ Vector256.Create(SipState.Init1);
            V2 = Vector256.Create(shape.Key.K0 ^ SipState.Init2);
            V3 = key1 ^ Vector256.Create(SipState.Init3);
            Salt = Vector256.Create(0, 0, TupleWords.Salt(shape.NetMix), 0);
            Counts = Vector256.Create(shape.Buckets, shape.Buckets, shape.SourceBuckets, (ulong)shape.Buckets);
        }
    }
}
