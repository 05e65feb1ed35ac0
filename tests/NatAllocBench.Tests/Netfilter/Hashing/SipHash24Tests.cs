using System.Runtime.InteropServices;
using CsCheck;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class SipHash24Tests
{
    private static readonly SipKey ReferenceKey = SipKey.FromBytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

    [Fact]
    public void Every_kernel_vector_is_reproduced()
    {
        var lines = VectorFile.Lines("siphash.jsonl");
        Assert.Equal(196, lines.Length);
        Assert.Empty(VectorFile.Rejected(lines, line =>
            SipHash24.Hash(SipKey.FromBytes(line.Bytes("key")), line.Bytes("data")) == line.Hex("hash")));
    }

    [Fact]
    public void A_key_in_memory_order_gives_two_little_endian_words()
    {
        Assert.Empty(VectorFile.Rejected(VectorFile.Lines("siphash.jsonl"), line =>
        {
            SipKey key = SipKey.FromBytes(line.Bytes("key"));
            return key.K0 == line.Hex("k0") && key.K1 == line.Hex("k1");
        }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void A_key_of_another_length_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => SipKey.FromBytes(new byte[length]));

    [Fact]
    public void Reference_values_of_the_fixed_forms_hold()
    {
        Assert.Equal(0x9e6cc2a60ae0ec59UL, SipHash24.Hash12(ReferenceKey, 1, 2, 3));
        Assert.Equal(0x4d846a030b462133UL, SipHash24.Hash16Bytes(ReferenceKey, 1 | (2UL << 32), 3 | (4UL << 32)));
        Assert.Equal(0xa129ca6149be45e5UL, SipHash24.Hash(ReferenceKey, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
    }

    [Fact]
    public void The_conntrack_hash_of_each_siphash_era_is_reproduced_for_one_tuple()
    {
        // TCP 10.0.0.1:40000 -> 192.0.2.1:80, zone 0, net_mix 0; the layouts differ between the eras.
        const ulong Source = 0x0100000a, SourcePort = 0x409c, Ipv4 = 2, Destination = 0x010200c0, DestinationPort = 0x5000, Tcp = 6;
        const ulong PortAndFamily = SourcePort | (Ipv4 << 16);

        uint from5_15 = (uint)SipHash24.Hash48Bytes(
            ReferenceKey, Source, 0, PortAndFamily | (Destination << 32), 0, 0, (DestinationPort << 32) | (Tcp << 48));
        uint from6_2 = (uint)SipHash24.Hash32Bytes(
            ReferenceKey, Source << 32, Destination << 32, (SourcePort << 32) | (DestinationPort << 16) | Tcp, 0);
        uint from6_5 = (uint)SipHash24.Hash39Bytes(
            ReferenceKey, Source, 0, PortAndFamily | (Destination << 32), 0, (DestinationPort << 32) | (Tcp << 48));
        uint bySource = (uint)SipHash24.Hash32Bytes(ReferenceKey, Source, 0, PortAndFamily, Tcp);

        Assert.Equal((0x58945648u, 90705u), (from5_15, ReciprocalScale.Scale(from5_15, 262144)));
        Assert.Equal((0x452d3539u, 70836u), (from6_2, ReciprocalScale.Scale(from6_2, 262144)));
        Assert.Equal((0x6e7f6b9au, 113149u), (from6_5, ReciprocalScale.Scale(from6_5, 262144)));
        Assert.Equal((0x2f36fd7du, 48347u), (bySource, ReciprocalScale.Scale(bySource, 262144)));
    }

    [Fact]
    public void Fixed_forms_equal_the_general_form()
    {
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong.Array[6]).Sample((k0, k1, w) =>
        {
            SipKey key = new(k0, k1);
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<ulong>(w);
            Assert.Equal(SipHash24.Hash(key, bytes[..12]), SipHash24.Hash12(key, (uint)w[0], (uint)(w[0] >> 32), (uint)w[1]));
            Assert.Equal(SipHash24.Hash(key, bytes[..16]), SipHash24.Hash16Bytes(key, w[0], w[1]));
            Assert.Equal(SipHash24.Hash(key, bytes[..32]), SipHash24.Hash32Bytes(key, w[0], w[1], w[2], w[3]));
            Assert.Equal(SipHash24.Hash(key, bytes[..39]), SipHash24.Hash39Bytes(key, w[0], w[1], w[2], w[3], w[4]));
            Assert.Equal(SipHash24.Hash(key, bytes), SipHash24.Hash48Bytes(key, w[0], w[1], w[2], w[3], w[4], w[5]));
        });
    }

    [Fact]
    public void A_cached_prefix_finishes_many_messages_and_stays_as_it_was()
    {
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong.Array[4], Gen.ULong.Array[1, 8]).Sample((k0, k1, prefix, tails) =>
        {
            SipKey key = new(k0, k1);
            SipState state = SipState.Start(key);
            foreach (ulong word in prefix)
            {
                state.Absorb(word);
            }

            byte[] message = new byte[39];
            MemoryMarshal.AsBytes<ulong>(prefix).CopyTo(message);
            foreach (ulong tail in tails)
            {
                BitConverter.GetBytes(tail).AsSpan(0, 7).CopyTo(message.AsSpan(32));
                ulong last = (tail & 0x00ff_ffff_ffff_ffff) | (39UL << SipState.LengthShift);
                Assert.Equal(SipHash24.Hash(key, message), state.Finish(last));
            }
        });
    }

    [Fact]
    public void Only_the_low_byte_of_the_length_enters_the_hash()
    {
        byte[] message = new byte[256 + 8];
        SipState state = SipState.Start(ReferenceKey);
        for (int i = 0; i < message.Length / 8; i++)
        {
            state.Absorb(0);
        }

        Assert.Equal(state.Finish(8UL << SipState.LengthShift), SipHash24.Hash(ReferenceKey, message));
    }
}
