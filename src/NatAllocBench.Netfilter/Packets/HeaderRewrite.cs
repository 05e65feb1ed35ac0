using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Packets;

/// <summary>
/// The header work between port allocation and confirm: source address and port (or echo id) are replaced and the checksums adjusted
/// incrementally. Order as in <c>nf_nat_ipv4_manip_pkt</c> and <c>l4proto_manip_pkt</c> (the same in the releases read, 2.6.32..7.1):
/// transport checksum for the address, then for the port, then the IPv4 header.
/// </summary>
/// <remarks>
/// Parameters ending in <c>Be</c> are network-order fields as they lie in memory. No allocation, no bounds checks in the pointer forms.
/// Protocols other than TCP, UDP, UDP-Lite, ICMP and ICMPv6 get only the address replaced.
/// </remarks>
public static unsafe class HeaderRewrite
{
    private const int Tcp = 6;
    private const int Udp = 17;
    private const int UdpLite = 136;
    private const int Icmp = 1;
    private const int IcmpV6 = 58;

    /// <summary>Rewrites the source of an IPv4 packet.</summary>
    /// <param name="packet">An IPv4 header without options and at least 20 (TCP) or 8 (other) bytes of the transport header.</param>
    /// <param name="newSourceBe">The NAT address.</param>
    /// <param name="newKeyBe">The NAT port, or the echo id for ICMP.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SourceNat(byte* packet, uint newSourceBe, ushort newKeyBe)
    {
        uint oldSource = Unsafe.ReadUnaligned<uint>(packet + 12);
        byte* transport = packet + IPv4Headers.HeaderLength;
        switch (packet[9])
        {
            case Tcp:
                ReplaceTcp(transport, InternetChecksum.Replace32(Load(transport + 16), oldSource, newSourceBe), newKeyBe);
                break;
            case Udp when Load(transport + 6) == 0:
                Store(transport, newKeyBe);
                break;
            case Udp or UdpLite:
                ReplaceUdp(transport, InternetChecksum.Replace32(Load(transport + 6), oldSource, newSourceBe), newKeyBe);
                break;
            case Icmp:
                ReplaceEcho(transport, Load(transport + 2), newKeyBe);
                break;
        }

        Store(packet + 10, InternetChecksum.Replace32(Load(packet + 10), oldSource, newSourceBe));
        Unsafe.WriteUnaligned(packet + 12, newSourceBe);
    }

    /// <summary>Rewrites the source of an IPv4 packet, checked.</summary>
    /// <param name="packet">The packet, 20 bytes of IPv4 header without options first.</param>
    /// <param name="newSourceBe">The NAT address.</param>
    /// <param name="newKeyBe">The NAT port, or the echo id for ICMP.</param>
    /// <exception cref="ArgumentException">The packet is not IPv4 without options, or too short for its transport header.</exception>
    public static void SourceNat(Span<byte> packet, uint newSourceBe, ushort newKeyBe)
    {
        TransportHeaders.Require(packet, IPv4Headers.HeaderLength);
        if (packet[0] != 0x45)
        {
            throw new ArgumentException($"not an IPv4 header without options: first byte 0x{packet[0]:x2}", nameof(packet));
        }

        TransportHeaders.Require(packet, IPv4Headers.HeaderLength + TransportLength(packet[9]));
        fixed (byte* first = packet)
        {
            SourceNat(first, newSourceBe, newKeyBe);
        }
    }

    /// <summary>Rewrites the source of an IPv6 packet. UDP with checksum 0 keeps it, as the kernel does for both families.</summary>
    /// <param name="packet">
    /// An IPv6 header without extension headers and at least 20 (TCP) or 8 (other) bytes of the transport header.
    /// </param>
    /// <param name="newSource">The NAT address, 16 bytes in network order.</param>
    /// <param name="newKeyBe">The NAT port, or the echo id for ICMPv6.</param>
    public static void SourceNatIPv6(byte* packet, byte* newSource, ushort newKeyBe)
    {
        byte* transport = packet + IPv6Headers.HeaderLength;
        byte* source = packet + 8;
        switch (packet[6])
        {
            case Tcp:
                ReplaceTcp(transport, ReplaceAddress(Load(transport + 16), source, newSource), newKeyBe);
                break;
            case Udp when Load(transport + 6) == 0:
                Store(transport, newKeyBe);
                break;
            case Udp or UdpLite:
                ReplaceUdp(transport, ReplaceAddress(Load(transport + 6), source, newSource), newKeyBe);
                break;
            case IcmpV6:
                ReplaceEcho(transport, ReplaceAddress(Load(transport + 2), source, newSource), newKeyBe);
                break;
        }

        Unsafe.CopyBlockUnaligned(source, newSource, IPv6Headers.AddressLength);
    }

    /// <summary>Rewrites the source of an IPv6 packet, checked.</summary>
    /// <param name="packet">The packet, 40 bytes of IPv6 header first.</param>
    /// <param name="newSource">The NAT address, 16 bytes in network order.</param>
    /// <param name="newKeyBe">The NAT port, or the echo id for ICMPv6.</param>
    /// <exception cref="ArgumentException">
    /// The packet is not IPv6 or too short for its transport header, or the address is not 16 bytes.
    /// </exception>
    public static void SourceNatIPv6(Span<byte> packet, ReadOnlySpan<byte> newSource, ushort newKeyBe)
    {
        TransportHeaders.Require(packet, IPv6Headers.HeaderLength);
        if (packet[0] >> 4 != 6)
        {
            throw new ArgumentException($"not an IPv6 header: first byte 0x{packet[0]:x2}", nameof(packet));
        }

        if (newSource.Length != IPv6Headers.AddressLength)
        {
            throw new ArgumentException($"an IPv6 address has 16 bytes, not {newSource.Length}", nameof(newSource));
        }

        TransportHeaders.Require(packet, IPv6Headers.HeaderLength + TransportLength(packet[6]));
        fixed (byte* first = packet, address = newSource)
        {
            SourceNatIPv6(first, address, newKeyBe);
        }
    }

    private static int TransportLength(byte protocol) => protocol switch
    {
        Tcp => TransportHeaders.TcpLength,
        Udp or UdpLite or Icmp or IcmpV6 => TransportHeaders.UdpLength,
        _ => 0,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReplaceTcp(byte* transport, ushort checksum, ushort newPort)
    {
        Store(transport + 16, InternetChecksum.Replace16(checksum, Load(transport), newPort));
        Store(transport, newPort);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReplaceUdp(byte* transport, ushort checksum, ushort newPort)
    {
        checksum = InternetChecksum.Replace16(checksum, Load(transport), newPort);

        // 0 would switch the checksum off: the kernel stores CSUM_MANGLED_0 instead.
        Store(transport + 6, checksum == 0 ? ushort.MaxValue : checksum);
        Store(transport, newPort);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReplaceEcho(byte* transport, ushort checksum, ushort newId)
    {
        Store(transport + 2, InternetChecksum.Replace16(checksum, Load(transport + 4), newId));
        Store(transport + 4, newId);
    }

    private static ushort ReplaceAddress(ushort checksum, byte* from, byte* to)
    {
        ulong sum = (ushort)~checksum;
        for (int i = 0; i < IPv6Headers.AddressLength; i += sizeof(uint))
        {
            sum += ~Unsafe.ReadUnaligned<uint>(from + i);
            sum += Unsafe.ReadUnaligned<uint>(to + i);
        }

        return InternetChecksum.Finish(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Load(byte* field) => Unsafe.ReadUnaligned<ushort>(field);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* field, ushort value) => Unsafe.WriteUnaligned(field, value);
}
