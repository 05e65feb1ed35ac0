using CsCheck;
using NatAllocBench.Netfilter.Packets;

namespace NatAllocBench.Tests.Netfilter.Packets;

public sealed class InternetChecksumTests
{
    private static ushort Swap(int value) => (ushort)(((value & 0xFF) << 8) | (value >> 8));

    [Fact]
    public void A_known_ipv4_header_yields_its_checksum()
    {
        // The widely printed example header 192.168.0.1 -> 192.168.0.199, checksum b861.
        byte[] header = Convert.FromHexString("4500007300004000401100" + "00c0a80001c0a800c7");
        Assert.Equal(Swap(0xB861), InternetChecksum.Finish(InternetChecksum.Add(header)));
    }

    [Fact]
    public void The_example_of_rfc_1624_section_4_yields_zero_not_ffff()
        => Assert.Equal(0, InternetChecksum.Replace16(Swap(0xDD2F), Swap(0x5555), Swap(0x3285)));

    [Fact]
    public void An_odd_byte_is_padded_with_zero()
        => Gen.Byte.Array[1, 41].Sample(data =>
            InternetChecksum.Add(data) == InternetChecksum.Add(data.Length % 2 == 0 ? data : [.. data, 0]));

    [Fact]
    public void Replacing_a_field_equals_summing_again()
        => Gen.Select(Gen.Byte.Array[24], Gen.Int[0, 5], Gen.UInt, Gen.UShort).Sample((data, index, wide, narrow) =>
        {
            data[23] |= 1;
            ushort before = InternetChecksum.Finish(InternetChecksum.Add(data));
            uint oldWide = BitConverter.ToUInt32(data, index * 4);
            ushort oldNarrow = BitConverter.ToUInt16(data, index * 4);

            byte[] changed = [.. data];
            BitConverter.TryWriteBytes(changed.AsSpan(index * 4), wide);
            Assert.Equal(InternetChecksum.Finish(InternetChecksum.Add(changed)), InternetChecksum.Replace32(before, oldWide, wide));

            changed = [.. data];
            BitConverter.TryWriteBytes(changed.AsSpan(index * 4), narrow);
            Assert.Equal(InternetChecksum.Finish(InternetChecksum.Add(changed)), InternetChecksum.Replace16(before, oldNarrow, narrow));
        });
}
