using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// SipHash-2-4 over eight messages at once, lane by lane the same steps as <see cref="SipState"/>. All memory is word-major:
/// word w of lane n is element 8 w + n. Any change here moves the batched table's numbers.
/// </summary>
/// <remarks>
/// The entry points stay out of line: inlined into a caller, the rounds overrun the JIT's inlining budget, the lane members turn
/// into calls and AVX-512 becomes slower than scalar code.
/// </remarks>
/// <typeparam name="TLanes">The lane arithmetic.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class SipLaneKernel<TLanes, TVector>
    where TLanes : struct, ISipLanes<TVector>
{
    private const int Lanes = SipHash24Lanes.Count;

    /// <summary>Finishes eight messages that share <paramref name="prefix"/>.</summary>
    /// <param name="prefix">The state they share.</param>
    /// <param name="words">8 x <paramref name="wordCount"/> readable words.</param>
    /// <param name="wordCount">Words still to absorb, at least 1; the last carries the length byte.</param>
    /// <param name="hashes">8 writable words.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FinishShared(in SipState prefix, ref readonly ulong words, int wordCount, ref ulong hashes)
    {
        for (int lane = 0; lane < Lanes; lane += TLanes.Width)
        {
            TVector v0 = TLanes.Broadcast(prefix.V0), v1 = TLanes.Broadcast(prefix.V1);
            TVector v2 = TLanes.Broadcast(prefix.V2), v3 = TLanes.Broadcast(prefix.V3);
            Finish(v0, v1, v2, v3, ref At(in words, lane), wordCount, ref Unsafe.Add(ref hashes, lane));
        }
    }

    /// <summary>Absorbs words of eight messages that share a prefix, without finishing them.</summary>
    /// <param name="prefix">The state they share.</param>
    /// <param name="words">8 x <paramref name="wordCount"/> readable words.</param>
    /// <param name="wordCount">Words to absorb.</param>
    /// <param name="states">Receives the eight states.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Absorb(in SipState prefix, ref readonly ulong words, int wordCount, ref SipStates8 states)
    {
        ref ulong to = ref states[0];
        for (int lane = 0; lane < Lanes; lane += TLanes.Width)
        {
            TVector v0 = TLanes.Broadcast(prefix.V0), v1 = TLanes.Broadcast(prefix.V1);
            TVector v2 = TLanes.Broadcast(prefix.V2), v3 = TLanes.Broadcast(prefix.V3);
            Absorb(ref v0, ref v1, ref v2, ref v3, ref At(in words, lane), wordCount);
            TLanes.Store(v0, ref At(in to, lane));
            TLanes.Store(v1, ref At(in to, Lanes + lane));
            TLanes.Store(v2, ref At(in to, (2 * Lanes) + lane));
            TLanes.Store(v3, ref At(in to, (3 * Lanes) + lane));
        }
    }

    /// <summary>Finishes eight messages with a prefix each; parameters as for <see cref="FinishShared"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FinishEach(in SipStates8 prefixes, ref readonly ulong words, int wordCount, ref ulong hashes)
    {
        for (int lane = 0; lane < Lanes; lane += TLanes.Width)
        {
            FinishFrom(lane, in prefixes, in words, wordCount, ref hashes);
        }
    }

    /// <summary><see cref="FinishEach"/> for as many messages as one vector holds; the other lanes are not looked at.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FinishFirst(in SipStates8 prefixes, ref readonly ulong words, int wordCount, ref ulong hashes) =>
        FinishFrom(0, in prefixes, in words, wordCount, ref hashes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishFrom(int lane, in SipStates8 prefixes, ref readonly ulong words, int wordCount, ref ulong hashes)
    {
        ref readonly ulong states = ref prefixes[0];
        TVector v0 = TLanes.Load(in At(in states, lane)), v1 = TLanes.Load(in At(in states, Lanes + lane));
        TVector v2 = TLanes.Load(in At(in states, (2 * Lanes) + lane)), v3 = TLanes.Load(in At(in states, (3 * Lanes) + lane));
        Finish(v0, v1, v2, v3, ref At(in words, lane), wordCount, ref Unsafe.Add(ref hashes, lane));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        TVector v0, TVector v1, TVector v2, TVector v3, ref readonly ulong words, int wordCount, ref ulong hashes)
    {
        Absorb(ref v0, ref v1, ref v2, ref v3, in words, wordCount);
        v2 = TLanes.Xor(v2, TLanes.Broadcast(SipState.FinishMark));
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        TLanes.Store(TLanes.Xor(TLanes.Xor(v0, v1), TLanes.Xor(v2, v3)), ref hashes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(
        ref TVector v0, ref TVector v1, ref TVector v2, ref TVector v3, ref readonly ulong words, int wordCount)
    {
        for (int w = 0; w < wordCount; w++)
        {
            TVector word = TLanes.Load(in At(in words, w * Lanes));
            v3 = TLanes.Xor(v3, word);
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 = TLanes.Xor(v0, word);
        }
    }

    /// <summary>One SipRound in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Round(ref TVector v0, ref TVector v1, ref TVector v2, ref TVector v3)
    {
        v0 = TLanes.Add(v0, v1);
        v2 = TLanes.Add(v2, v3);
        v1 = TLanes.Xor(TLanes.RotateLeft(v1, 13), v0);
        v3 = TLanes.Xor(TLanes.RotateLeft(v3, 16), v2);
        v0 = TLanes.Add(TLanes.RotateLeft(v0, 32), v3);
        v2 = TLanes.Add(v2, v1);
        v1 = TLanes.Xor(TLanes.RotateLeft(v1, 17), v2);
        v3 = TLanes.Xor(TLanes.RotateLeft(v3, 21), v0);
        v2 = TLanes.RotateLeft(v2, 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref ulong At(ref readonly ulong start, int offset) => ref Unsafe.Add(ref Unsafe.AsRef(in start), offset);
}
