using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// Four lanes in one 256-bit register, with the rotation of AVX-512 where there is one: the four hashes of one connection take the time of
/// one hash in general registers.
/// </summary>
internal readonly struct QuadLanes
{
    /// <summary>Messages hashed together.</summary>
    public const int Width = 4;

    /// <summary>Whether this processor runs it faster than hashes one by one; it is right everywhere.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Finishes four messages with a prefix each.</summary>
    /// <param name="prefixes">The states after what the messages do not share with others; lanes 4 to 7 are not looked at.</param>
    /// <param name="words">8 x <paramref name="wordCount"/> words, word-major; lanes 4 to 7 are not looked at.</param>
    /// <param name="wordCount">Words still to absorb, at least 1; the last carries the length byte.</param>
    /// <param name="hashes">4 writable words.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FinishEach(in SipStates8 prefixes, ref readonly ulong words, int wordCount, ref ulong hashes)
    {
        const int Stride = SipHash24Lanes.Count;
        ref readonly ulong states = ref prefixes[0];
        Vector256<ulong> v0 = Vector256.LoadUnsafe(in states), v1 = Vector256.LoadUnsafe(in states, Stride);
        Vector256<ulong> v2 = Vector256.LoadUnsafe(in states, 2 * Stride), v3 = Vector256.LoadUnsafe(in states, 3 * Stride);
        for (int w = 0; w < wordCount; w++)
        {
            Vector256<ulong> word = Vector256.LoadUnsafe(in words, (nuint)(w * Stride));
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }

        v2 ^= Vector256.Create(SipState.FinishMark);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        (v0 ^ v1 ^ v2 ^ v3).StoreUnsafe(ref hashes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector256<ulong> v0, ref Vector256<ulong> v1, ref Vector256<ulong> v2, ref Vector256<ulong> v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = RotateLeft(v1, 13) ^ v0;
        v3 = RotateLeft(v3, 16) ^ v2;
        v0 = RotateLeft(v0, 32) + v3;
        v2 += v1;
        v1 = RotateLeft(v1, 17) ^ v2;
        v3 = RotateLeft(v3, 21) ^ v0;
        v2 = RotateLeft(v2, 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateLeft(Vector256<ulong> x, [ConstantExpected] byte count) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(x, count)
        : Avx2.IsSupported ? Avx2Lanes.Rotate(x, count)
        : (x << count) | (x >>> (64 - count));
}
