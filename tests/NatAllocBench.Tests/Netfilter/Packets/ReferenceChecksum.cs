using System.Buffers.Binary;

namespace NatAllocBench.Tests.Netfilter.Packets;

/// <summary>
/// Checks a whole packet the slow way, byte pairs in network order, sharing no code with the product: every checksum field is
/// recomputed over zero and compared bit for bit.
/// </summary>
internal static class ReferenceChecksum
{
    internal static void AssertValid(ReadOnlySpan<byte> packet)
    {
        bool isIPv4 = packet[0] >> 4 == 4;
        int headerLength = isIPv4 ? 20 : 40;
        if (isIPv4)
        {
            Assert.Equal(Compute(packet[..20], 10, 0), BinaryPrimitives.ReadUInt16BigEndian(packet[10..]));
        }

        byte protocol = isIPv4 ? packet[9] : packet[6];
        ReadOnlySpan<byte> transport = packet[headerLength..];
        uint pseudo = protocol == 1
            ? 0
            : Sum(isIPv4 ? packet[12..20] : packet[8..40]) + protocol + (uint)transport.Length;
        int offset = protocol switch { 6 => 16, 17 => 6, 1 or 58 => 2, _ => throw new ArgumentException("protocol") };
        ushort field = BinaryPrimitives.ReadUInt16BigEndian(transport[offset..]);
        ushort expected = Compute(transport, offset, pseudo);
        if (protocol == 17)
        {
            if (isIPv4 && field == 0)
            {
                return;
            }

            expected = expected == 0 ? ushort.MaxValue : expected;
        }

        Assert.Equal(expected, field);
    }

    private static ushort Compute(ReadOnlySpan<byte> data, int fieldOffset, uint start)
    {
        uint sum = start + Sum(data) - BinaryPrimitives.ReadUInt16BigEndian(data[fieldOffset..]);
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (int i = 0; i < data.Length; i += 2)
        {
            sum += ((uint)data[i] << 8) | data[i + 1];
        }

        return sum;
    }
}
