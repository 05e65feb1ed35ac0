using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CsCheck;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class SipHash24LanesTests
{
    private const int Lanes = SipHash24Lanes.Count;

    private static readonly Gen<SipKey> GenKey = Gen.Select(Gen.ULong, Gen.ULong, (k0, k1) => new SipKey(k0, k1));

    /// <summary>Eight messages of one length, the lengths of the conntrack keys and their neighbours among them.</summary>
    private static readonly Gen<byte[][]> GenMessages = Gen.Int[0, 65].SelectMany(length => Gen.Byte.Array[length].Array[Lanes]);

    private delegate void Kernel(in SipState prefix, ref readonly ulong words, int wordCount, ref ulong hashes);

    private delegate void KernelEach(in SipStates8 prefixes, ref readonly ulong words, int wordCount, ref ulong hashes);

    [Avx512Fact]
    public void The_avx512_kernel_equals_the_plain_hash_in_every_lane()
    {
        CheckShared(SipLaneKernel<Avx512Lanes, Vector512<ulong>>.FinishShared);
        CheckEach(SipLaneKernel<Avx512Lanes, Vector512<ulong>>.FinishEach);
    }

    [Avx2Fact]
    public void The_avx2_kernel_equals_the_plain_hash_in_every_lane()
    {
        CheckShared(SipLaneKernel<Avx2Lanes, Avx2Lanes.Pair>.FinishShared);
        CheckEach(SipLaneKernel<Avx2Lanes, Avx2Lanes.Pair>.FinishEach);
    }

    [Fact]
    public void The_scalar_kernel_equals_the_plain_hash_in_every_lane()
    {
        CheckShared(SipLaneKernel<ScalarLanes, ulong>.FinishShared);
        CheckEach(SipLaneKernel<ScalarLanes, ulong>.FinishEach);
    }

    [Fact]
    public void The_chosen_path_equals_the_plain_hash_in_every_lane()
    {
        Gen.Select(GenKey, GenMessages).Sample((key, messages) =>
        {
            (ulong[] words, int wordCount) = WordMajor(messages);
            ulong[] hashes = new ulong[Lanes];
            SipHash24Lanes.Hash(key, words, wordCount, hashes);
            Assert.Equal(messages.Select(message => SipHash24.Hash(key, message)), hashes);
        });
    }

    [Fact]
    public void Candidate_ports_behind_one_prefix_hash_as_whole_tuples_do()
    {
        Gen.Select(GenKey, Gen.ULong.Array[4], Gen.ULong.Array[Lanes]).Sample((key, w, tails) =>
        {
            SipState prefix = Prefix(key, w);
            ulong[] hashes = new ulong[Lanes];
            SipHash24Lanes.HashTails(prefix, [.. tails.Select(Last39)], hashes);
            Assert.Equal(tails.Select(tail => SipHash24.Hash39Bytes(key, w[0], w[1], w[2], w[3], tail)), hashes);
        });
    }

    [Fact]
    public void Candidate_ports_two_words_before_the_end_hash_as_whole_keys_do()
    {
        Gen.Select(GenKey, Gen.ULong.Array[5], Gen.ULong.Array[Lanes]).Sample((key, w, sixth) =>
        {
            ulong[] lengths = [.. Enumerable.Repeat(48UL << SipState.LengthShift, Lanes)];
            ulong[] hashes = new ulong[Lanes];
            SipHash24Lanes.HashTails(Prefix(key, w), [.. sixth, .. lengths], 2, hashes);
            Assert.Equal(sixth.Select(word => SipHash24.Hash48Bytes(key, w[0], w[1], w[2], w[3], w[4], word)), hashes);
        });
    }

    [Fact]
    public void Eight_different_prefixes_keep_to_their_lanes()
    {
        Gen.Select(GenKey, Gen.ULong.Array[4].Array[Lanes], Gen.ULong.Array[Lanes]).Sample((key, w, tails) =>
        {
            SipStates8 prefixes = default;
            for (int lane = 0; lane < Lanes; lane++)
            {
                prefixes.Set(lane, Prefix(key, w[lane]));
            }

            ulong[] hashes = new ulong[Lanes];
            SipHash24Lanes.HashTails(prefixes, [.. tails.Select(Last39)], hashes);
            Assert.Equal(
                tails.Select((tail, n) => SipHash24.Hash39Bytes(key, w[n][0], w[n][1], w[n][2], w[n][3], tail)), hashes);
        });
    }

    [Theory]
    [InlineData(8, 0, 8)]
    [InlineData(8, -1, 8)]
    [InlineData(15, 2, 8)]
    [InlineData(8, int.MaxValue, 8)]
    [InlineData(16, 2, 7)]
    public void Too_little_room_is_refused(int words, int wordCount, int hashes) =>
        Assert.Throws<ArgumentException>(() =>
            SipHash24Lanes.Hash(new SipKey(1, 2), new ulong[words], wordCount, new ulong[hashes]));

    [Fact]
    public void Tails_without_room_for_eight_lanes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SipHash24Lanes.HashTails(default(SipState), new ulong[7], new ulong[8]));
        Assert.Throws<ArgumentException>(() => SipHash24Lanes.HashTails(default(SipStates8), new ulong[8], new ulong[7]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void A_lane_outside_the_eight_is_refused(int lane) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SipStates8().Set(lane, default));

    [Fact]
    public void Words_beyond_the_eight_hashes_are_left_alone()
    {
        ulong[] hashes = [.. Enumerable.Repeat(ulong.MaxValue, Lanes + 1)];
        SipHash24Lanes.Hash(new SipKey(1, 2), new ulong[Lanes], 1, hashes);
        Assert.Equal(ulong.MaxValue, hashes[Lanes]);
        Assert.All(hashes[..Lanes], hash => Assert.Equal(SipHash24.Hash(new SipKey(1, 2), []), hash));
    }

    private static void CheckShared(Kernel kernel)
    {
        Gen.Select(GenKey, GenMessages).Sample((key, messages) =>
        {
            (ulong[] words, int wordCount) = WordMajor(messages);
            ulong[] hashes = new ulong[Lanes];
            kernel(SipState.Start(key), in words[0], wordCount, ref hashes[0]);
            Assert.Equal(messages.Select(message => SipHash24.Hash(key, message)), hashes);
        });
    }

    private static void CheckEach(KernelEach kernel)
    {
        Gen.Select(GenKey.Array[Lanes], GenMessages).Sample((keys, messages) =>
        {
            (ulong[] words, int wordCount) = WordMajor(messages);
            ulong[] hashes = new ulong[Lanes];
            SipStates8 starts = default;
            for (int lane = 0; lane < Lanes; lane++)
            {
                starts.Set(lane, SipState.Start(keys[lane]));
            }

            kernel(starts, in words[0], wordCount, ref hashes[0]);
            Assert.Equal(messages.Select((message, n) => SipHash24.Hash(keys[n], message)), hashes);
        });
    }

    private static (ulong[] Words, int WordCount) WordMajor(byte[][] messages)
    {
        int length = messages[0].Length, wordCount = (length / sizeof(ulong)) + 1;
        ulong[] words = new ulong[wordCount * Lanes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            ulong[] padded = new ulong[wordCount];
            messages[lane].CopyTo(MemoryMarshal.AsBytes(padded.AsSpan()));
            padded[^1] |= (ulong)length << SipState.LengthShift;
            for (int w = 0; w < wordCount; w++)
            {
                words[(w * Lanes) + lane] = padded[w];
            }
        }

        return (words, wordCount);
    }

    private static SipState Prefix(SipKey key, ulong[] words)
    {
        SipState state = SipState.Start(key);
        foreach (ulong word in words)
        {
            state.Absorb(word);
        }

        return state;
    }

    private static ulong Last39(ulong tail) => (tail & 0x00ff_ffff_ffff_ffff) | (39UL << SipState.LengthShift);
}
