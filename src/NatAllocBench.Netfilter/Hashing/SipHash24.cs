using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// SipHash-2-4 with 64-bit output, as the kernel's <c>siphash</c> and its fixed-arity forms compute it. Used for the
/// conntrack table from 5.15 (<c>hash_conntrack_raw</c>) and for the keyed port offset from 4.11 to 4.20.
/// </summary>
/// <remarks>
/// Words are memory words read little-endian. The fixed-length forms equal <see cref="Hash"/> over the little-endian
/// concatenation of their arguments. Nothing here allocates.
/// </remarks>
public static class SipHash24
{
    /// <summary>Hashes a message of any length.</summary>
    public static ulong Hash(SipKey key, ReadOnlySpan<byte> data)
    {
        SipState state = SipState.Start(key);
        ulong last = (ulong)data.Length << SipState.LengthShift;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        for (int i = 0; i < data.Length; i++)
        {
            last |= (ulong)data[i] << (8 * i);
        }

        return state.Finish(last);
    }

    /// <summary>Hashes three 32-bit words (12 bytes; the kernel's <c>siphash_3u32</c>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash12(SipKey key, uint a, uint b, uint c)
    {
        SipState state = SipState.Start(key);
        state.Absorb(a | ((ulong)b << 32));
        return state.Finish(c | (12UL << SipState.LengthShift));
    }

    /// <summary>Hashes 16 bytes (the kernel's <c>siphash_4u32</c> and <c>siphash_2u64</c>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash16Bytes(SipKey key, ulong w0, ulong w1)
    {
        SipState state = SipState.Start(key);
        state.Absorb(w0);
        state.Absorb(w1);
        return state.Finish(16UL << SipState.LengthShift);
    }

    /// <summary>Hashes 32 bytes (the kernel's <c>siphash_4u64</c>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash32Bytes(SipKey key, ulong w0, ulong w1, ulong w2, ulong w3)
    {
        SipState state = SipState.Start(key);
        state.Absorb(w0);
        state.Absorb(w1);
        state.Absorb(w2);
        state.Absorb(w3);
        return state.Finish(32UL << SipState.LengthShift);
    }

    /// <summary>Hashes 39 bytes: the conntrack tuple without its direction, hashed from 6.5.</summary>
    /// <param name="w0">Bytes 0..7.</param>
    /// <param name="w1">Bytes 8..15.</param>
    /// <param name="w2">Bytes 16..23.</param>
    /// <param name="w3">Bytes 24..31.</param>
    /// <param name="tail7">Bytes 32..38 in the low 56 bits; the high 8 bits are ignored.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash39Bytes(SipKey key, ulong w0, ulong w1, ulong w2, ulong w3, ulong tail7)
    {
        const ulong TailMask = (1UL << SipState.LengthShift) - 1;
        SipState state = SipState.Start(key);
        state.Absorb(w0);
        state.Absorb(w1);
        state.Absorb(w2);
        state.Absorb(w3);
        return state.Finish((tail7 & TailMask) | (39UL << SipState.LengthShift));
    }

    /// <summary>Hashes 48 bytes: the conntrack key of 5.15 to 6.1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash48Bytes(SipKey key, ulong w0, ulong w1, ulong w2, ulong w3, ulong w4, ulong w5)
    {
        SipState state = SipState.Start(key);
        state.Absorb(w0);
        state.Absorb(w1);
        state.Absorb(w2);
        state.Absorb(w3);
        state.Absorb(w4);
        state.Absorb(w5);
        return state.Finish(48UL << SipState.LengthShift);
    }
}
