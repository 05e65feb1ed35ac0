using System.Buffers.Binary;
using CsCheck;
using NatAllocBench.Netfilter.Packets;

namespace NatAllocBench.Tests.Netfilter.Packets;

public sealed class HeaderRewriteTests
{
    private static readonly Gen<(uint Src, uint Dst, ushort Sport, ushort Dport)> Flow =
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UShort, Gen.UShort);

    private static readonly Gen<(uint Address, ushort Port)> Mapping = Gen.Select(Gen.UInt, Gen.UShort);

    private static readonly Gen<byte[]> Address6 = Gen.Byte.Array[16];

    [Fact]
    public void A_syn_is_a_real_40_byte_packet()
    {
        byte[] packet = new byte[40];
        uint src = BitConverter.ToUInt32([10, 0, 0, 1]);
        uint dst = BitConverter.ToUInt32([192, 0, 2, 1]);
        Assert.Equal(40, IPv4Headers.WriteTcpSyn(packet, src, dst, BigEndianPort(40000), BigEndianPort(80), 0x01020304));

        // Version 4, length 40, don't fragment, TTL 64, TCP; ports 9c40 0050; sequence; 5 words, SYN, window 64240.
        Assert.Equal("4500002800004000400600000A000001C0000201", HexWithout(packet[..20], 10));
        Assert.Equal("9C400050010203040000000050" + "02FAF000000000", HexWithout(packet[20..], 16));
        ReferenceChecksum.AssertValid(packet);
    }

    [Fact]
    public void A_rewritten_syn_carries_the_mapping_and_nothing_else_changes()
        => Gen.Select(Flow, Mapping, Gen.UInt).Sample((flow, nat, sequence) =>
        {
            byte[] packet = new byte[IPv4Headers.TcpSynLength];
            IPv4Headers.WriteTcpSyn(packet, flow.Src, flow.Dst, flow.Sport, flow.Dport, sequence);
            HeaderRewrite.SourceNat(packet, nat.Address, nat.Port);

            byte[] expected = new byte[IPv4Headers.TcpSynLength];
            IPv4Headers.WriteTcpSyn(expected, nat.Address, flow.Dst, nat.Port, flow.Dport, sequence);
            Assert.Equal(expected, packet);
            ReferenceChecksum.AssertValid(packet);
        });

    [Fact]
    public void A_rewritten_udp_datagram_has_the_checksum_of_a_fresh_one()
        => Gen.Select(Flow, Mapping).Sample((flow, nat) =>
        {
            byte[] packet = new byte[IPv4Headers.UdpLength];
            Assert.Equal(28, IPv4Headers.WriteUdp(packet, flow.Src, flow.Dst, flow.Sport, flow.Dport));
            ReferenceChecksum.AssertValid(packet);
            HeaderRewrite.SourceNat(packet, nat.Address, nat.Port);

            byte[] expected = new byte[IPv4Headers.UdpLength];
            IPv4Headers.WriteUdp(expected, nat.Address, flow.Dst, nat.Port, flow.Dport);
            Assert.Equal(expected, packet);
            ReferenceChecksum.AssertValid(packet);
        });

    [Fact]
    public void A_udp_checksum_that_becomes_zero_is_stored_as_ffff_and_survives_further_rewrites()
    {
        byte[] packet = new byte[IPv4Headers.UdpLength];
        uint src = BitConverter.ToUInt32([10, 0, 0, 1]);
        uint dst = BitConverter.ToUInt32([192, 0, 2, 1]);
        int zeroes = 0;
        IPv4Headers.WriteUdp(packet, src, dst, 0, BigEndianPort(53));
        for (int port = 1; port <= ushort.MaxValue; port++)
        {
            HeaderRewrite.SourceNat(packet, src, BigEndianPort(port));
            Assert.NotEqual(0, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(26)));
            zeroes += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(26)) == 0xFFFF ? 1 : 0;
            ReferenceChecksum.AssertValid(packet);
        }

        Assert.Equal(1, zeroes);
    }

    [Fact]
    public void A_udp_datagram_without_checksum_stays_without()
        => Gen.Select(Flow, Mapping).Sample((flow, nat) =>
        {
            byte[] packet = new byte[IPv4Headers.UdpLength];
            IPv4Headers.WriteUdp(packet, flow.Src, flow.Dst, flow.Sport, flow.Dport, withChecksum: false);
            HeaderRewrite.SourceNat(packet, nat.Address, nat.Port);

            byte[] expected = new byte[IPv4Headers.UdpLength];
            IPv4Headers.WriteUdp(expected, nat.Address, flow.Dst, nat.Port, flow.Dport, withChecksum: false);
            Assert.Equal(expected, packet);
            Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(26)));
        });

    [Fact]
    public void An_echo_request_gets_the_new_id_in_place_of_a_port()
        => Gen.Select(Flow, Mapping).Sample((flow, nat) =>
        {
            byte[] packet = new byte[IPv4Headers.IcmpEchoLength];
            Assert.Equal(28, IPv4Headers.WriteIcmpEcho(packet, flow.Src, flow.Dst, flow.Sport, flow.Dport));
            HeaderRewrite.SourceNat(packet, nat.Address, nat.Port);

            byte[] expected = new byte[IPv4Headers.IcmpEchoLength];
            IPv4Headers.WriteIcmpEcho(expected, nat.Address, flow.Dst, nat.Port, flow.Dport);
            Assert.Equal(expected, packet);
            ReferenceChecksum.AssertValid(packet);
        });

    [Theory]
    [InlineData(6)]
    [InlineData(17)]
    [InlineData(58)]
    public void An_ipv6_packet_is_rewritten_to_the_packet_the_nat_would_have_sent(int protocol)
        => Gen.Select(Address6, Address6, Address6, Gen.UShort, Gen.UShort, Gen.UShort).Sample((src, dst, natAddress, key, dport, natKey) =>
        {
            byte[] packet = Write6(protocol, src, dst, key, dport);
            ReferenceChecksum.AssertValid(packet);
            HeaderRewrite.SourceNatIPv6(packet, natAddress, natKey);
            Assert.Equal(Write6(protocol, natAddress, dst, natKey, dport), packet);
            ReferenceChecksum.AssertValid(packet);
        });

    [Fact]
    public void Bytes_after_the_headers_are_not_touched()
    {
        byte[] packet = new byte[64];
        packet.AsSpan().Fill(0xA5);
        IPv4Headers.WriteTcpSyn(packet, 1, 2, 3, 4, 5);
        HeaderRewrite.SourceNat(packet, 6, 7);
        Assert.All(packet[40..], b => Assert.Equal(0xA5, b));
    }

    [Fact]
    public void An_unknown_protocol_gets_only_the_address_replaced()
    {
        byte[] packet = new byte[IPv4Headers.HeaderLength];
        byte[] before = new byte[IPv4Headers.UdpLength];
        IPv4Headers.WriteUdp(before, 1, 2, 3, 4);
        before.AsSpan(0, packet.Length).CopyTo(packet);
        packet[9] = 50;
        HeaderRewrite.SourceNat(packet, 9, 7);
        Assert.Equal(9u, BitConverter.ToUInt32(packet, 12));
        Assert.Equal(before[16..20], packet[16..]);
    }

    [Fact]
    public void Rewriting_allocates_nothing()
    {
        byte[] packet = new byte[IPv4Headers.TcpSynLength];
        IPv4Headers.WriteTcpSyn(packet, 1, 2, 3, 4, 5);
        HeaderRewrite.SourceNat(packet, 6, 7);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 1000; i++)
        {
            HeaderRewrite.SourceNat(packet, i, (ushort)i);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Packets_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => IPv4Headers.WriteTcpSyn(new byte[39], 1, 2, 3, 4, 5));
        Assert.Throws<ArgumentException>(() => IPv6Headers.WriteTcpSyn(new byte[60], new byte[4], new byte[16], 3, 4, 5));
        Assert.Throws<ArgumentException>(() => HeaderRewrite.SourceNat(new byte[40], 1, 2));
        Assert.Throws<ArgumentException>(() => HeaderRewrite.SourceNatIPv6(new byte[60], new byte[16], 2));
        byte[] cut = new byte[IPv4Headers.TcpSynLength];
        IPv4Headers.WriteTcpSyn(cut, 1, 2, 3, 4, 5);
        Assert.Throws<ArgumentException>(() => HeaderRewrite.SourceNat(cut.AsSpan(0, 39), 1, 2));
    }

    private static byte[] Write6(int protocol, byte[] src, byte[] dst, ushort key, ushort other)
    {
        byte[] packet = new byte[protocol == 6 ? 60 : 48];
        int written = protocol switch
        {
            6 => IPv6Headers.WriteTcpSyn(packet, src, dst, key, other, 77),
            17 => IPv6Headers.WriteUdp(packet, src, dst, key, other),
            _ => IPv6Headers.WriteIcmpEcho(packet, src, dst, key, other),
        };
        Assert.Equal(packet.Length, written);
        return packet;
    }

    private static ushort BigEndianPort(int port) => BinaryPrimitives.ReverseEndianness((ushort)port);

    private static string HexWithout(byte[] bytes, int checksumOffset)
    {
        bytes[checksumOffset] = 0;
        bytes[checksumOffset + 1] = 0;
        return Convert.ToHexString(bytes);
    }
}
