using System.Numerics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// A SipHash-2-4 computation that has absorbed whole 64-bit words but not yet its last one. Copy it to keep a prefix:
/// <see cref="Finish"/> leaves the state alone, so one prefix serves any number of different last words. A port search does
/// exactly that when only the last word holds the port.
/// </summary>
/// <remarks>Words are the message read little-endian, eight bytes at a time.</remarks>
public struct SipState
{
    /// <summary>Bit position of the message length, modulo 256 bytes, in the last word.</summary>
    public const int LengthShift = 56;

    // The four constants spell "somepseudorandomlygeneratedbytes" and belong to the definition of SipHash.
    internal const ulong Init0 = 0x736f6d6570736575;
    internal const ulong Init1 = 0x646f72616e646f6d;
    internal const ulong Init2 = 0x6c7967656e657261;
    internal const ulong Init3 = 0x7465646279746573;

    /// <summary>What the finalisation mixes into <see cref="V2"/>.</summary>
    internal const ulong FinishMark = 0xff;

    /// <summary>First state word.</summary>
    public ulong V0;

    /// <summary>Second state word.</summary>
    public ulong V1;

    /// <summary>Third state word.</summary>
    public ulong V2;

    /// <summary>Fourth state word.</summary>
    public ulong V3;

    /// <summary>The state of an empty message under <paramref name="key"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SipState Start(SipKey key)
    {
        SipState state;
        state.V0 = key.K0 ^ Init0;
        state.V1 = key.K1 ^ Init1;
        state.V2 = key.K0 ^ Init2;
        state.V3 = key.K1 ^ Init3;
        return state;
    }

    /// <summary>Appends eight message bytes (two SipRounds).</summary>
    /// <param name="word">The bytes read little-endian.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Absorb(ulong word)
    {
        ulong v0 = V0, v1 = V1, v2 = V2, v3 = V3 ^ word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        V0 = v0 ^ word;
        V1 = v1;
        V2 = v2;
        V3 = v3;
    }

    /// <summary>Absorbs the last word and returns the hash (six SipRounds), without changing this state.</summary>
    /// <param name="lastWordWithLength">
    /// The 0..7 remaining message bytes little-endian in the low 56 bits, the message length in bytes modulo 256 in the high 8.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Finish(ulong lastWordWithLength)
    {
        ulong v0 = V0, v1 = V1, v2 = V2, v3 = V3 ^ lastWordWithLength;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= lastWordWithLength;
        v2 ^= FinishMark;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32) + v3;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
