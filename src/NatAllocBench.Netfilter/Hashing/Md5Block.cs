using System.Numerics;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The compression function of MD5 (RFC 1321) on one 64-byte block with a chosen chaining state, which the framework's MD5
/// cannot be given. The kernel's <c>md5_transform</c>.
/// </summary>
internal static class Md5Block
{
    /// <summary>Words in a message block.</summary>
    public const int Words = 16;

    /// <summary>Step i adds the integer part of 2^32 * |sin(i + 1)|.</summary>
    private static ReadOnlySpan<uint> Sines =>
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee,
        0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
        0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
        0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
        0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
        0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
        0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
        0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
        0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    /// <summary>Rotations: four for each of the four rounds, used in turn.</summary>
    private static ReadOnlySpan<byte> Rotations => [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

    /// <summary>Compresses one block and returns word 0 of the new chaining state, feed-forward included.</summary>
    /// <param name="state">Chaining state, four words; replaced by the new one.</param>
    /// <param name="block">Sixteen words, little-endian reads of the message block.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static uint Compress(Span<uint> state, ReadOnlySpan<uint> block)
    {
        if (state.Length != 4 || block.Length != Words)
        {
            throw new ArgumentException("MD5 compresses 16 message words into 4 state words", nameof(block));
        }

        uint a = state[0], b = state[1], c = state[2], d = state[3];
        for (int i = 0; i < 64; i++)
        {
            // Each round has its own boolean function and its own order of the message words.
            (uint f, int word) = (i / Words) switch
            {
                0 => ((b & c) | (~b & d), i),
                1 => ((d & b) | (~d & c), (5 * i) + 1),
                2 => (b ^ c ^ d, (3 * i) + 5),
                _ => (c ^ (b | ~d), 7 * i),
            };
            uint sum = a + f + Sines[i] + block[word % Words];
            a = d;
            d = c;
            c = b;
            b += BitOperations.RotateLeft(sum, Rotations[(i / Words * 4) + (i % 4)]);
        }

        state[1] += b;
        state[2] += c;
        state[3] += d;
        return state[0] += a;
    }
}
