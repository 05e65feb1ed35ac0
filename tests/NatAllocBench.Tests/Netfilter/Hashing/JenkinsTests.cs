using CsCheck;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class JenkinsTests
{
    private static readonly uint[] OneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact]
    public void Every_kernel_vector_is_reproduced()
    {
        var lines = VectorFile.Lines("jhash2.jsonl");
        Assert.Equal(182, lines.Length);
        Assert.Empty(VectorFile.Rejected(lines, line =>
            Jenkins3.Hash(line.HexWords("words"), (uint)line.Hex("initval")) == line.Hex("hash")));
    }

    [Fact]
    public void Reference_values_of_lookup3_hold()
    {
        Assert.Equal(0x72a82a9bu, Jenkins3.Hash([1], 0));
        Assert.Equal(0xa46158f5u, Jenkins3.Hash([1, 2, 3], 0));
        Assert.Equal(0x66491246u, Jenkins3.Hash([1, 2, 3, 4], 0));
        Assert.Equal(0x47353aadu, Jenkins3.Hash(OneToNine, 0));
        Assert.Equal(0x575ed690u, Jenkins3.Hash(OneToNine, 0x12345678));
        Assert.Equal(0xa46158f5u, Jenkins3.Hash3Words(1, 2, 3, 0));
        Assert.Equal(0x8b4c7979u, Jenkins3.Hash2Words(1, 2, 0));
    }

    [Fact]
    public void Reference_values_of_lookup2_hold()
    {
        Assert.Equal(0x23a7138fu, Jenkins2.Hash([1, 2, 3], 0));
        Assert.Equal(0xa3613eb6u, Jenkins2.Hash(OneToNine, 0));
    }

    [Fact]
    public void The_conntrack_hash_of_the_jhash_era_is_reproduced_for_one_tuple_and_its_reply()
    {
        // TCP 10.0.0.1:40000 -> 192.0.2.1:80 and 192.0.2.1:80 -> 198.51.100.1:40000; rnd and net_mix 0.
        uint original = Jenkins3.Hash9(0x0100000a, 0, 0, 0, 0x0002409c, 0x010200c0, 0, 0, 0, (0x5000u << 16) | 6);
        uint reply = Jenkins3.Hash9(0x010200c0, 0, 0, 0, 0x00025000, 0x016433c6, 0, 0, 0, (0x409cu << 16) | 6);
        uint bySource = Jenkins3.Hash5(0x0100000a, 0, 0, 0, 0x0002409c, 6);

        Assert.Equal((0xf94b5c83u, 63819u), (original, ReciprocalScale.Scale(original, 65536)));
        Assert.Equal(15954u, ReciprocalScale.Scale(original, 16384));
        Assert.Equal((0x09e51920u, 2533u), (reply, ReciprocalScale.Scale(reply, 65536)));
        Assert.Equal((0x2b999a34u, 11161u), (bySource, ReciprocalScale.Scale(bySource, 65536)));
    }

    [Fact]
    public void Fixed_forms_of_lookup3_equal_the_general_form()
    {
        Gen.Select(Gen.UInt.Array[9], Gen.UInt).Sample((w, iv) =>
        {
            Assert.Equal(Jenkins3.Hash(w.AsSpan(0, 2), iv), Jenkins3.Hash2Words(w[0], w[1], iv));
            Assert.Equal(Jenkins3.Hash(w.AsSpan(0, 3), iv), Jenkins3.Hash3Words(w[0], w[1], w[2], iv));
            Assert.Equal(Jenkins3.Hash(w.AsSpan(0, 4), iv), Jenkins3.Hash4(w[0], w[1], w[2], w[3], iv));
            Assert.Equal(Jenkins3.Hash(w.AsSpan(0, 5), iv), Jenkins3.Hash5(w[0], w[1], w[2], w[3], w[4], iv));
            Assert.Equal(
                Jenkins3.Hash(w, iv),
                Jenkins3.Hash9(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], iv));
        });
    }

    [Fact]
    public void The_unsized_forms_of_lookup3_leave_out_the_length_and_add_the_initval_to_the_third_word_only()
    {
        // An initval of -12 cancels the length of three words, which leaves the bare constant in every state word.
        const uint Constant = 0xdeadbeef, MinusLength = unchecked((uint)-12);
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt).Sample((x, y, z, iv) =>
        {
            Assert.Equal(Jenkins3.Hash3Words(x, y, z + iv - Constant, MinusLength), Jenkins3.Hash3WordsUnsized(x, y, z, iv));
            Assert.Equal(Jenkins3.Hash3WordsUnsized(x, y, 0, iv), Jenkins3.Hash2WordsUnsized(x, y, iv));
        });
    }

    [Fact]
    public void One_lookup3_prefix_finishes_many_endings()
    {
        Gen.Select(Gen.UInt.Array[9], Gen.UInt.Array[3], Gen.UInt).Sample((w, other, iv) =>
        {
            Jenkins3State prefix = Jenkins3State.Start9(w[0], w[1], w[2], w[3], w[4], w[5], iv);
            Assert.Equal(Jenkins3.Hash(w, iv), prefix.Finish(w[6], w[7], w[8]));
            Assert.Equal(Jenkins3.Hash([.. w[..6], .. other], iv), prefix.Finish(other[0], other[1], other[2]));
        });
    }

    [Fact]
    public void The_nine_word_form_of_lookup2_equals_the_general_form()
    {
        Gen.Select(Gen.UInt.Array[9], Gen.UInt).Sample((w, iv) =>
            Jenkins2.Hash(w, iv) == Jenkins2.Hash9(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], iv));
    }

    [Fact]
    public void The_short_forms_of_lookup2_leave_out_the_length()
    {
        // Hashing nothing mixes the bare constants once; so do the short forms over zeros.
        Assert.Equal(Jenkins2.Hash([], 77), Jenkins2.Hash3Words(0, 0, 0, 77));
        // The third word and the initval are added to the same state word, and two words are three with a zero.
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt).Sample((x, y, z, iv) =>
        {
            Assert.Equal(Jenkins2.Hash3Words(x, y, z, iv), Jenkins2.Hash2Words(x, y, z + iv));
            Assert.Equal(Jenkins2.Hash([x, y], iv), Jenkins2.Hash2Words(x, y, iv + 8));
        });
    }
}
