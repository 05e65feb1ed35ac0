using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NatAllocBench.Netfilter.Packets;

/// <summary>TCP, UDP and ICMP echo headers, the same for both address families but for the pseudo header's sum.</summary>
internal static class TransportHeaders
{
    internal const byte Tcp = 6;
    internal const byte Udp = 17;
    internal const byte HopLimit = 64;
    internal const int TcpLength = 20;
    internal const int UdpLength = 8;
    internal const int EchoLength = 8;

    internal static void WriteTcpSyn(Span<byte> segment, ushort sportBe, ushort dportBe, uint sequence, ulong pseudo)
    {
        segment.Clear();
        MemoryMarshal.Write(segment, sportBe);
        MemoryMarshal.Write(segment[2..], dportBe);
        BinaryPrimitives.WriteUInt32BigEndian(segment[4..], sequence);
        segment[12] = TcpLength / 4 << 4;
        segment[13] = 0x02;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], 64240);
        MemoryMarshal.Write(segment[16..], InternetChecksum.Finish(InternetChecksum.Add(segment, pseudo)));
    }

    /// <param name="datagram">The 8 header bytes.</param>
    /// <param name="sportBe">Source port.</param>
    /// <param name="dportBe">Destination port.</param>
    /// <param name="pseudo">The pseudo header's sum, or null for no checksum.</param>
    internal static void WriteUdp(Span<byte> datagram, ushort sportBe, ushort dportBe, ulong? pseudo)
    {
        datagram.Clear();
        MemoryMarshal.Write(datagram, sportBe);
        MemoryMarshal.Write(datagram[2..], dportBe);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], UdpLength);
        if (pseudo is ulong sum)
        {
            // 0 on the wire means "no checksum", so a computed 0 is sent as its other representation.
            ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(datagram, sum));
            MemoryMarshal.Write(datagram[6..], checksum == 0 ? ushort.MaxValue : checksum);
        }
    }

    internal static void WriteEcho(Span<byte> message, byte type, ushort idBe, ushort sequenceBe, ulong pseudo)
    {
        message.Clear();
        message[0] = type;
        MemoryMarshal.Write(message[4..], idBe);
        MemoryMarshal.Write(message[6..], sequenceBe);
        MemoryMarshal.Write(message[2..], InternetChecksum.Finish(InternetChecksum.Add(message, pseudo)));
    }

    /// <summary>What follows the addresses in the pseudo header: protocol and length, each a network-order word.</summary>
    internal static ulong PseudoTail(byte protocol, ushort transportLength)
    {
        Span<byte> tail = [0, protocol, (byte)(transportLength >> 8), (byte)transportLength];
        return InternetChecksum.Add(tail);
    }

    internal static void Require(ReadOnlySpan<byte> packet, int length)
    {
        if (packet.Length < length)
        {
            throw new ArgumentException($"the packet needs {length} bytes, the buffer has {packet.Length}", nameof(packet));
        }
    }
}
