using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// Bob Jenkins' lookup2 hash over 32-bit words, as the kernel's <c>jhash2</c>, <c>jhash_2words</c> and <c>jhash_3words</c>
/// computed it up to 2.6.37.
/// </summary>
/// <remarks>
/// Words are memory words as a little-endian host reads them. The fixed forms <see cref="Hash2Words"/> and
/// <see cref="Hash3Words"/> differ from <see cref="Hash"/> over the same words: they leave the length out and mix once.
/// Nothing here allocates.
/// </remarks>
internal static class Jenkins2
{
    private const uint GoldenRatio = 0x9e3779b9;

    /// <summary>Hashes any number of words.</summary>
    public static uint Hash(ReadOnlySpan<uint> words, uint initval)
    {
        uint length = (uint)words.Length * sizeof(uint);
        uint a = GoldenRatio, b = GoldenRatio, c = initval;
        for (; words.Length >= 3; words = words[3..])
        {
            a += words[0];
            b += words[1];
            c = Mix(ref a, ref b, c + words[2]);
        }

        if (words.Length > 1)
        {
            b += words[1];
        }

        if (words.Length > 0)
        {
            a += words[0];
        }

        return Mix(ref a, ref b, c + length);
    }

    /// <summary>Hashes nine words: a tuple without destination port and protocol, which travel in the initval.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash9(
        uint w0, uint w1, uint w2, uint w3, uint w4, uint w5, uint w6, uint w7, uint w8, uint initval)
    {
        uint a = GoldenRatio + w0, b = GoldenRatio + w1;
        uint c = Mix(ref a, ref b, initval + w2);
        a += w3;
        b += w4;
        c = Mix(ref a, ref b, c + w5);
        a += w6;
        b += w7;
        c = Mix(ref a, ref b, c + w8);
        return Mix(ref a, ref b, c + (9 * sizeof(uint)));
    }

    /// <summary>Mixes two words once, without their length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash2Words(uint x, uint y, uint initval) => Hash3Words(x, y, 0, initval);

    /// <summary>Mixes three words once, without their length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash3Words(uint x, uint y, uint z, uint initval)
    {
        uint a = GoldenRatio + x, b = GoldenRatio + y;
        return Mix(ref a, ref b, initval + z);
    }

    /// <summary>Mixes the three state words; the third is passed and returned by value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(ref uint a, ref uint b, uint c)
    {
        a = (a - b - c) ^ (c >> 13);
        b = (b - c - a) ^ (a << 8);
        c = (c - a - b) ^ (b >> 13);
        a = (a - b - c) ^ (c >> 12);
        b = (b - c - a) ^ (a << 16);
        c = (c - a - b) ^ (b >> 5);
        a = (a - b - c) ^ (c >> 3);
        b = (b - c - a) ^ (a << 10);
        c = (c - a - b) ^ (b >> 15);
        return c;
    }
}
