using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// SipHash-2-4 in two vectors side by side: the rounds of one run while those of the other wait for their results. Lane by lane the same
/// steps as <see cref="SipState"/>. States in memory are word-major: word w of flow n is element 16 w + n.
/// </summary>
/// <remarks>The entry points stay out of line, for the reason that <see cref="SipLaneKernel{TLanes, TVector}"/> gives.</remarks>
/// <typeparam name="TLanes">The lane arithmetic.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static unsafe class SipPairKernel<TLanes, TVector>
    where TLanes : struct, ISipLanes<TVector>
{
    private const int Stride = FlowBlock.Width;

    /// <summary>Absorbs two words from a state that all lanes share.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Start(in SipState start, in WordPair first, in WordPair second, ulong* states)
    {
        TVector a0 = TLanes.Broadcast(start.V0), a1 = TLanes.Broadcast(start.V1);
        TVector a2 = TLanes.Broadcast(start.V2), a3 = TLanes.Broadcast(start.V3);
        TVector b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, first.A, first.B);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, second.A, second.B);
        Save(states, a0, a1, a2, a3, b0, b1, b2, b3);
    }

    /// <summary>Absorbs two words more, in place.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Continue(ulong* states, in WordPair first, in WordPair second)
    {
        Load(
            states, out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector b0, out TVector b1, out TVector b2,
            out TVector b3);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, first.A, first.B);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, second.A, second.B);
        Save(states, a0, a1, a2, a3, b0, b1, b2, b3);
    }

    /// <summary>Absorbs two words and the last one, and finishes; the states stay as they are.</summary>
    /// <param name="first">A word.</param>
    /// <param name="second">The next one.</param>
    /// <param name="last">The last one, with the length.</param>
    /// <param name="buckets">Number of buckets.</param>
    /// <param name="hashes">Receives the hashes.</param>
    /// <param name="indices">Receives the bucket of each.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FinishThree(
        ulong* states, in WordPair first, in WordPair second, in WordPair last, uint buckets, ulong* hashes, ulong* indices)
    {
        Load(
            states, out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector b0, out TVector b1, out TVector b2,
            out TVector b3);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, first.A, first.B);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, second.A, second.B);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, last.A, last.B);
        End(a0, a1, a2, a3, b0, b1, b2, b3, buckets, hashes, indices);
    }

    /// <summary>Absorbs the last word and finishes; parameters as for <see cref="FinishThree"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Finish(ulong* states, in WordPair last, uint buckets, ulong* hashes, ulong* indices)
    {
        Load(
            states, out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector b0, out TVector b1, out TVector b2,
            out TVector b3);
        Absorb(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, last.A, last.B);
        End(a0, a1, a2, a3, b0, b1, b2, b3, buckets, hashes, indices);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(
        ulong* states,
        out TVector a0,
        out TVector a1,
        out TVector a2,
        out TVector a3,
        out TVector b0,
        out TVector b1,
        out TVector b2,
        out TVector b3)
    {
        a0 = TLanes.Load(in states[0]);
        b0 = TLanes.Load(in states[TLanes.Width]);
        a1 = TLanes.Load(in states[Stride]);
        b1 = TLanes.Load(in states[Stride + TLanes.Width]);
        a2 = TLanes.Load(in states[2 * Stride]);
        b2 = TLanes.Load(in states[(2 * Stride) + TLanes.Width]);
        a3 = TLanes.Load(in states[3 * Stride]);
        b3 = TLanes.Load(in states[(3 * Stride) + TLanes.Width]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Save(
        ulong* states, TVector a0, TVector a1, TVector a2, TVector a3, TVector b0, TVector b1, TVector b2, TVector b3)
    {
        TLanes.Store(a0, ref states[0]);
        TLanes.Store(b0, ref states[TLanes.Width]);
        TLanes.Store(a1, ref states[Stride]);
        TLanes.Store(b1, ref states[Stride + TLanes.Width]);
        TLanes.Store(a2, ref states[2 * Stride]);
        TLanes.Store(b2, ref states[(2 * Stride) + TLanes.Width]);
        TLanes.Store(a3, ref states[3 * Stride]);
        TLanes.Store(b3, ref states[(3 * Stride) + TLanes.Width]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End(
        TVector a0,
        TVector a1,
        TVector a2,
        TVector a3,
        TVector b0,
        TVector b1,
        TVector b2,
        TVector b3,
        uint buckets,
        ulong* hashes,
        ulong* indices)
    {
        TVector mark = TLanes.Broadcast(SipState.FinishMark);
        a2 = TLanes.Xor(a2, mark);
        b2 = TLanes.Xor(b2, mark);
        Round(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        Round(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        Round(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        Round(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        TVector count = TLanes.Broadcast(buckets);
        TVector a = TLanes.Xor(TLanes.Xor(a0, a1), TLanes.Xor(a2, a3));
        TVector b = TLanes.Xor(TLanes.Xor(b0, b1), TLanes.Xor(b2, b3));
        TLanes.Store(a, ref hashes[0]);
        TLanes.Store(b, ref hashes[TLanes.Width]);
        TLanes.Store(TLanes.ShiftRight(TLanes.MultiplyLow(a, count), 32), ref indices[0]);
        TLanes.Store(TLanes.ShiftRight(TLanes.MultiplyLow(b, count), 32), ref indices[TLanes.Width]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(
        ref TVector a0,
        ref TVector a1,
        ref TVector a2,
        ref TVector a3,
        ref TVector b0,
        ref TVector b1,
        ref TVector b2,
        ref TVector b3,
        TVector a,
        TVector b)
    {
        a3 = TLanes.Xor(a3, a);
        b3 = TLanes.Xor(b3, b);
        Round(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        Round(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        a0 = TLanes.Xor(a0, a);
        b0 = TLanes.Xor(b0, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref TVector a0,
        ref TVector a1,
        ref TVector a2,
        ref TVector a3,
        ref TVector b0,
        ref TVector b1,
        ref TVector b2,
        ref TVector b3)
    {
        a0 = TLanes.Add(a0, a1);
        b0 = TLanes.Add(b0, b1);
        a2 = TLanes.Add(a2, a3);
        b2 = TLanes.Add(b2, b3);
        a1 = TLanes.Xor(TLanes.RotateLeft(a1, 13), a0);
        b1 = TLanes.Xor(TLanes.RotateLeft(b1, 13), b0);
        a3 = TLanes.Xor(TLanes.RotateLeft(a3, 16), a2);
        b3 = TLanes.Xor(TLanes.RotateLeft(b3, 16), b2);
        a0 = TLanes.Add(TLanes.RotateLeft(a0, 32), a3);
        b0 = TLanes.Add(TLanes.RotateLeft(b0, 32), b3);
        a2 = TLanes.Add(a2, a1);
        b2 = TLanes.Add(b2, b1);
        a1 = TLanes.Xor(TLanes.RotateLeft(a1, 17), a2);
        b1 = TLanes.Xor(TLanes.RotateLeft(b1, 17), b2);
        a3 = TLanes.Xor(TLanes.RotateLeft(a3, 21), a0);
        b3 = TLanes.Xor(TLanes.RotateLeft(b3, 21), b0);
        a2 = TLanes.RotateLeft(a2, 32);
        b2 = TLanes.RotateLeft(b2, 32);
    }

    /// <summary>The same word of all lanes of two vectors.</summary>
    internal readonly struct WordPair(TVector a, TVector b)
    {
        public readonly TVector A = a;

        public readonly TVector B = b;
    }
}
