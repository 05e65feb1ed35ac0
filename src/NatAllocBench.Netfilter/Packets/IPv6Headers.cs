using System.Buffers.Binary;

namespace NatAllocBench.Netfilter.Packets;

/// <summary>Builds the smallest IPv6 packets that open a connection: valid headers and checksums, no payload.</summary>
/// <remarks>
/// Addresses are 16 bytes in network order; parameters ending in <c>Be</c> are network-order fields as they lie in memory.
/// No extension headers, no flow label, hop limit 64.
/// </remarks>
internal static class IPv6Headers
{
    /// <summary>Length in bytes of the IPv6 header.</summary>
    public const int HeaderLength = 40;

    /// <summary>Length in bytes of an IPv6 address.</summary>
    public const int AddressLength = 16;

    /// <summary>Length in bytes of the TCP SYN packet.</summary>
    public const int TcpSynLength = HeaderLength + TransportHeaders.TcpLength;

    /// <summary>Length in bytes of the UDP packet.</summary>
    public const int UdpLength = HeaderLength + TransportHeaders.UdpLength;

    /// <summary>Length in bytes of the ICMPv6 echo request packet.</summary>
    public const int IcmpEchoLength = HeaderLength + TransportHeaders.EchoLength;

    private const byte IcmpV6 = 58;
    private const byte EchoRequest = 128;

    /// <summary>Writes a TCP SYN.</summary>
    /// <param name="packet">At least <see cref="TcpSynLength"/> bytes; only those are written.</param>
    /// <param name="src">Source address, 16 bytes.</param>
    /// <param name="dst">Destination address, 16 bytes.</param>
    /// <param name="sportBe">Source port.</param>
    /// <param name="dportBe">Destination port.</param>
    /// <param name="sequence">Initial sequence number, host order.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="packet"/> is too short or an address is not 16 bytes.</exception>
    public static int WriteTcpSyn(
        Span<byte> packet, ReadOnlySpan<byte> src, ReadOnlySpan<byte> dst, ushort sportBe, ushort dportBe, uint sequence)
    {
        Span<byte> segment = WriteHeader(packet, TcpSynLength, TransportHeaders.Tcp, src, dst);
        TransportHeaders.WriteTcpSyn(segment, sportBe, dportBe, sequence, PseudoHeader(packet, TransportHeaders.TcpLength));
        return TcpSynLength;
    }

    /// <summary>Writes a UDP datagram without payload; IPv6 requires the checksum.</summary>
    /// <param name="packet">At least <see cref="UdpLength"/> bytes; only those are written.</param>
    /// <param name="src">Source address, 16 bytes.</param>
    /// <param name="dst">Destination address, 16 bytes.</param>
    /// <param name="sportBe">Source port.</param>
    /// <param name="dportBe">Destination port.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="packet"/> is too short or an address is not 16 bytes.</exception>
    public static int WriteUdp(
        Span<byte> packet, ReadOnlySpan<byte> src, ReadOnlySpan<byte> dst, ushort sportBe, ushort dportBe)
    {
        Span<byte> datagram = WriteHeader(packet, UdpLength, TransportHeaders.Udp, src, dst);
        TransportHeaders.WriteUdp(datagram, sportBe, dportBe, PseudoHeader(packet, TransportHeaders.UdpLength));
        return UdpLength;
    }

    /// <summary>Writes an ICMPv6 echo request without data.</summary>
    /// <param name="packet">At least <see cref="IcmpEchoLength"/> bytes; only those are written.</param>
    /// <param name="src">Source address, 16 bytes.</param>
    /// <param name="dst">Destination address, 16 bytes.</param>
    /// <param name="idBe">Echo id, the key NAT rewrites.</param>
    /// <param name="sequenceBe">Echo sequence number.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="packet"/> is too short or an address is not 16 bytes.</exception>
    public static int WriteIcmpEcho(
        Span<byte> packet, ReadOnlySpan<byte> src, ReadOnlySpan<byte> dst, ushort idBe, ushort sequenceBe)
    {
        Span<byte> message = WriteHeader(packet, IcmpEchoLength, IcmpV6, src, dst);
        TransportHeaders.WriteEcho(message, EchoRequest, idBe, sequenceBe, PseudoHeader(packet, TransportHeaders.EchoLength));
        return IcmpEchoLength;
    }

    private static Span<byte> WriteHeader(
        Span<byte> packet, int length, byte protocol, ReadOnlySpan<byte> src, ReadOnlySpan<byte> dst)
    {
        TransportHeaders.Require(packet, length);
        RequireAddress(src, nameof(src));
        RequireAddress(dst, nameof(dst));
        packet[..8].Clear();
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(length - HeaderLength));
        packet[6] = protocol;
        packet[7] = TransportHeaders.HopLimit;
        src.CopyTo(packet[8..]);
        dst.CopyTo(packet[24..]);
        return packet[HeaderLength..length];
    }

    private static void RequireAddress(ReadOnlySpan<byte> address, string name)
    {
        if (address.Length != AddressLength)
        {
            throw new ArgumentException($"an IPv6 address has {AddressLength} bytes, not {address.Length}", name);
        }
    }

    private static ulong PseudoHeader(ReadOnlySpan<byte> packet, ushort transportLength)
        => InternetChecksum.Add(packet[8..HeaderLength], TransportHeaders.PseudoTail(packet[6], transportLength));
}
