using System.Numerics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// Bob Jenkins' lookup3 hash over 32-bit words, as the kernel's <c>jhash2</c> computes it from 3.1. It was the conntrack
/// table's hash up to 5.14.
/// </summary>
/// <remarks>
/// Words are memory words as a little-endian host reads them. <c>HashN</c> equals <see cref="Hash"/> over the same N words,
/// and so do <see cref="Hash2Words"/> and <see cref="Hash3Words"/>, which are the kernel's <c>jhash_2words</c> and
/// <c>jhash_3words</c> of 4.x. Those of 3.x differ, see <see cref="Hash3WordsUnsized"/>. Nothing here allocates.
/// </remarks>
internal static class Jenkins3
{
    private const uint Initial = 0xdeadbeef;

    /// <summary>Hashes any number of words.</summary>
    public static uint Hash(ReadOnlySpan<uint> words, uint initval)
    {
        uint a = Seed(words.Length, initval), b = a, c = a;
        for (; words.Length > 3; words = words[3..])
        {
            a += words[0];
            b += words[1];
            c += words[2];
            Mix(ref a, ref b, ref c);
        }

        switch (words.Length)
        {
            case 3:
                c += words[2];
                goto case 2;
            case 2:
                b += words[1];
                goto case 1;
            case 1:
                a += words[0];
                return Final(a, b, c);
            default:
                return c;
        }
    }

    /// <summary>Hashes four words: one address, as the NAT pool choice does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash4(uint w0, uint w1, uint w2, uint w3, uint initval)
    {
        uint s = Seed(4, initval), a = s + w0, b = s + w1, c = s + w2;
        Mix(ref a, ref b, ref c);
        return Final(a + w3, b, c);
    }

    /// <summary>Hashes five words: the source half of a tuple, as the by-source table did up to 5.14.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash5(uint w0, uint w1, uint w2, uint w3, uint w4, uint initval)
    {
        uint s = Seed(5, initval), a = s + w0, b = s + w1, c = s + w2;
        Mix(ref a, ref b, ref c);
        return Final(a + w3, b + w4, c);
    }

    /// <summary>Hashes nine words: a tuple without destination port and protocol, which travel in the initval.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash9(
        uint w0, uint w1, uint w2, uint w3, uint w4, uint w5, uint w6, uint w7, uint w8, uint initval) =>
        Jenkins3State.Start9(w0, w1, w2, w3, w4, w5, initval).Finish(w6, w7, w8);

    /// <summary>Hashes two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash2Words(uint x, uint y, uint initval)
    {
        uint s = Seed(2, initval);
        return Final(s + x, s + y, s);
    }

    /// <summary>Hashes three words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash3Words(uint x, uint y, uint z, uint initval)
    {
        uint s = Seed(3, initval);
        return Final(s + x, s + y, s + z);
    }

    /// <summary>Hashes two words as <c>jhash_2words</c> of 3.x does: <see cref="Hash3WordsUnsized"/> with a zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash2WordsUnsized(uint x, uint y, uint initval) => Hash3WordsUnsized(x, y, 0, initval);

    /// <summary>
    /// Hashes three words as <c>jhash_3words</c> of 3.x does: no length enters, and the initval only the third state word.
    /// This is the form behind NAT's pool choice and by-source table up to 3.6.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash3WordsUnsized(uint x, uint y, uint z, uint initval) => Final(Initial + x, Initial + y, initval + z);

    /// <summary>The value all three state words start from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Seed(int wordCount, uint initval) => Initial + (uint)(wordCount * sizeof(uint)) + initval;

    /// <summary>The reversible step between groups of three words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a = (a - c) ^ BitOperations.RotateLeft(c, 4);
        c += b;
        b = (b - a) ^ BitOperations.RotateLeft(a, 6);
        a += c;
        c = (c - b) ^ BitOperations.RotateLeft(b, 8);
        b += a;
        a = (a - c) ^ BitOperations.RotateLeft(c, 16);
        c += b;
        b = (b - a) ^ BitOperations.RotateLeft(a, 19);
        a += c;
        c = (c - b) ^ BitOperations.RotateLeft(b, 4);
        b += a;
    }

    /// <summary>The closing step; its last word is the hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Final(uint a, uint b, uint c)
    {
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        return (c ^ b) - BitOperations.RotateLeft(b, 24);
    }
}
