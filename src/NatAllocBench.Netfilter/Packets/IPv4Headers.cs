using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NatAllocBench.Netfilter.Packets;

/// <summary>Builds the smallest IPv4 packets that open a connection: valid headers and checksums, no payload.</summary>
/// <remarks>
/// Parameters ending in <c>Be</c> are network-order fields as they lie in memory (on a little-endian host port 80 is 0x5000).
/// Headers have no options; TTL 64, don't fragment.
/// </remarks>
public static class IPv4Headers
{
    /// <summary>Length in bytes of the IPv4 header.</summary>
    public const int HeaderLength = 20;

    /// <summary>Length in bytes of the TCP SYN packet.</summary>
    public const int TcpSynLength = HeaderLength + TransportHeaders.TcpLength;

    /// <summary>Length in bytes of the UDP packet.</summary>
    public const int UdpLength = HeaderLength + TransportHeaders.UdpLength;

    /// <summary>Length in bytes of the ICMP echo request packet.</summary>
    public const int IcmpEchoLength = HeaderLength + TransportHeaders.EchoLength;

    private const byte Icmp = 1;
    private const byte EchoRequest = 8;

    /// <summary>Writes a TCP SYN.</summary>
    /// <param name="packet">At least <see cref="TcpSynLength"/> bytes; only those are written.</param>
    /// <param name="srcBe">Source address.</param>
    /// <param name="dstBe">Destination address.</param>
    /// <param name="sportBe">Source port.</param>
    /// <param name="dportBe">Destination port.</param>
    /// <param name="sequence">Initial sequence number, host order.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="packet"/> is too short.</exception>
    public static int WriteTcpSyn(Span<byte> packet, uint srcBe, uint dstBe, ushort sportBe, ushort dportBe, uint sequence)
    {
        Span<byte> segment = WriteHeader(packet, TcpSynLength, TransportHeaders.Tcp, srcBe, dstBe);
        TransportHeaders.WriteTcpSyn(segment, sportBe, dportBe, sequence, PseudoHeader(packet, TransportHeaders.TcpLength));
        return TcpSynLength;
    }

    /// <summary>Writes a UDP datagram without payload.</summary>
    /// <param name="packet">At least <see cref="UdpLength"/> bytes; only those are written.</param>
    /// <param name="srcBe">Source address.</param>
    /// <param name="dstBe">Destination address.</param>
    /// <param name="sportBe">Source port.</param>
    /// <param name="dportBe">Destination port.</param>
    /// <param name="withChecksum">False leaves the checksum 0, which IPv4 allows and NAT must then leave alone.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="packet"/> is too short.</exception>
    public static int WriteUdp(
        Span<byte> packet, uint srcBe, uint dstBe, ushort sportBe, ushort dportBe, bool withChecksum = true)
    {
        Span<byte> datagram = WriteHeader(packet, UdpLength, TransportHeaders.Udp, srcBe, dstBe);
        ulong pseudo = PseudoHeader(packet, TransportHeaders.UdpLength);
        TransportHeaders.WriteUdp(datagram, sportBe, dportBe, withChecksum ? pseudo : null);
        return UdpLength;
    }

    /// <summary>Writes an ICMP echo request without data.</summary>
    /// <param name="packet">At least <see cref="IcmpEchoLength"/> bytes; only those are written.</param>
    /// <param name="srcBe">Source address.</param>
    /// <param name="dstBe">Destination address.</param>
    /// <param name="idBe">Echo id, the key NAT rewrites.</param>
    /// <param name="sequenceBe">Echo sequence number.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="packet"/> is too short.</exception>
    public static int WriteIcmpEcho(Span<byte> packet, uint srcBe, uint dstBe, ushort idBe, ushort sequenceBe)
    {
        Span<byte> message = WriteHeader(packet, IcmpEchoLength, Icmp, srcBe, dstBe);
        TransportHeaders.WriteEcho(message, EchoRequest, idBe, sequenceBe, pseudo: 0);
        return IcmpEchoLength;
    }

    private static Span<byte> WriteHeader(Span<byte> packet, int length, byte protocol, uint srcBe, uint dstBe)
    {
        TransportHeaders.Require(packet, length);
        packet[..HeaderLength].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        packet[6] = 0x40;
        packet[8] = TransportHeaders.HopLimit;
        packet[9] = protocol;
        MemoryMarshal.Write(packet[12..], srcBe);
        MemoryMarshal.Write(packet[16..], dstBe);
        MemoryMarshal.Write(packet[10..], InternetChecksum.Finish(InternetChecksum.Add(packet[..HeaderLength])));
        return packet[HeaderLength..length];
    }

    private static ulong PseudoHeader(ReadOnlySpan<byte> packet, ushort transportLength)
        => InternetChecksum.Add(packet[12..HeaderLength], TransportHeaders.PseudoTail(packet[9], transportLength));
}
