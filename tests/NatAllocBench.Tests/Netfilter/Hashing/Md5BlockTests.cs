using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class Md5BlockTests
{
    private static readonly uint[] InitialState = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    [Fact]
    public void A_padded_message_compresses_to_the_framework_digest()
    {
        Gen.Byte.Array[0, 55].Sample(message =>
        {
            uint[] state = [.. InitialState];
            uint first = Md5Block.Compress(state, PaddedBlock(message));
            Assert.Equal(state[0], first);
            Assert.Equal(DigestWords(message), state);
        });
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Md5Block.Compress(new uint[4], new uint[15]));
        Assert.Throws<ArgumentException>(() => Md5Block.Compress(new uint[5], new uint[16]));
    }

    /// <summary>The single MD5 block of a message of at most 55 bytes.</summary>
    internal static uint[] PaddedBlock(ReadOnlySpan<byte> message)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes.Clear();
        message.CopyTo(bytes);
        bytes[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[56..], (ulong)message.Length * 8);
        return Words(bytes);
    }

    internal static uint FirstDigestWord(byte[] message) => DigestWords(message)[0];

#pragma warning disable CA5351 // MD5 is the function under test, not a protection.
    private static uint[] DigestWords(byte[] message) => Words(MD5.HashData(message));
#pragma warning restore CA5351

    private static uint[] Words(ReadOnlySpan<byte> bytes)
    {
        uint[] words = new uint[bytes.Length / sizeof(uint)];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * sizeof(uint))..]);
        }

        return words;
    }
}
