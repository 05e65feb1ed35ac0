using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class PortSecretTests
{
    private static readonly SipKey Key = SipKey.FromBytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    private static readonly uint[] CountingSecret = [.. Enumerable.Range(0, 16).Select(i => (uint)i)];

    [Fact]
    public void Every_kernel_vector_is_reproduced_for_both_address_families()
    {
        var lines = VectorFile.Lines("secure_port.jsonl");
        Assert.Equal(112, lines.Length);
        Assert.Contains(lines, IsIPv6);
        Assert.Contains(lines, line => !IsIPv6(line));
        Assert.Empty(VectorFile.Rejected(lines, line =>
        {
            uint value = SipOf(line);
            return value == line.Hex("value") && (ushort)value == line.GetProperty("off").GetInt32();
        }));
    }

    [Theory]
    [InlineData("192.0.2.1", 80, 12833, 13857)]
    [InlineData("192.0.2.1", 443, 45572, 46596)]
    [InlineData("192.0.2.2", 80, 4728, 5752)]
    public void Siphash_era_offsets_and_first_ports_are_reproduced(string destination, int port, int offset, int firstPort)
    {
        ushort off = (ushort)PortSecret.SipIPv4(Key, RawIPv4("198.51.100.1"), RawIPv4(destination), RawPort(port));
        Assert.Equal((offset, firstPort), (off, 1024 + (off % 64512)));
    }

    [Theory]
    [InlineData(80, 0x44b51842u, 6210, 7234)]
    [InlineData(443, 0x5690adfeu, 44542, 45566)]
    public void Md5_era_words_offsets_and_first_ports_are_reproduced(int port, uint word, int offset, int firstPort)
    {
        uint value = PortSecret.Md5IPv4(CountingSecret, RawIPv4("198.51.100.1"), RawIPv4("192.0.2.1"), RawPort(port));
        Assert.Equal((word, offset, firstPort), (value, (ushort)value, 1024 + ((ushort)value % 64512)));
    }

    [Fact]
    public void Md5_over_IPv6_adds_destination_and_port_to_the_first_five_secret_words()
    {
        // With destination and port folded into the secret beforehand, an all-zero destination and port must give the same.
        byte[] source = IPAddress.Parse("2001:db8::1").GetAddressBytes();
        byte[] destination = IPAddress.Parse("ff02::fb").GetAddressBytes();
        uint[] secret = [.. Enumerable.Repeat(0xfffffff0u, 16)];
        uint[] folded = [.. secret];
        for (int i = 0; i < 4; i++)
        {
            folded[i] += BinaryPrimitives.ReadUInt32LittleEndian(destination.AsSpan(4 * i));
        }

        folded[4] += RawPort(443);
        Assert.Equal(
            PortSecret.Md5IPv6(folded, source, new byte[16], 0),
            PortSecret.Md5IPv6(secret, source, destination, RawPort(443)));
        Assert.NotEqual(
            PortSecret.Md5IPv6(secret, source, destination, RawPort(80)),
            PortSecret.Md5IPv6(secret, source, destination, RawPort(443)));
    }

    [Fact]
    public void Md5_over_IPv6_chains_from_the_source_address()
    {
        // MD5's own initial state as source address and an all-zero destination make it the plain MD5 of the secret's block.
        byte[] initialState = Convert.FromHexString("0123456789abcdeffedcba9876543210");
        byte[] message = [1, 2, 3];
        uint[] block = Md5BlockTests.PaddedBlock(message);
        Assert.Equal(Md5BlockTests.FirstDigestWord(message), PortSecret.Md5IPv6(block, initialState, new byte[16], 0));
    }

    [Fact]
    public void Timed_start_is_the_siphash_of_all_fields_in_a_row()
    {
        byte[] ipv4 = [1, 2, 3, 4, 5, 6, 7, 8, 0x11, 0x22, 0, 0, 0x44, 0x33, 0, 0];
        byte[] ipv6 = [.. Enumerable.Range(1, 32).Select(i => (byte)i), 0x44, 0x33, 0, 0, 0x11, 0x22];

        Assert.Equal((uint)SipHash24.Hash(Key, ipv4), PortSecret.SipIPv4Timed(Key, 0x04030201, 0x08070605, 0x2211, 0x3344));
        Assert.Equal(
            (uint)SipHash24.Hash(Key, ipv6), PortSecret.SipIPv6Timed(Key, ipv6.AsSpan(0, 16), ipv6.AsSpan(16, 16), 0x2211, 0x3344));
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PortSecret.Md5IPv4(new uint[15], 0, 0, 0));
        Assert.Throws<ArgumentException>(() => PortSecret.Md5IPv6(new uint[17], new byte[16], new byte[16], 0));
        Assert.Throws<ArgumentException>(() => PortSecret.Md5IPv6(CountingSecret, new byte[4], new byte[16], 0));
        Assert.Throws<ArgumentException>(() => PortSecret.SipIPv6(Key, new byte[16], new byte[15], 0));
        Assert.Throws<ArgumentException>(() => PortSecret.SipIPv6Timed(Key, new byte[15], new byte[16], 0, 0));
    }

    private static uint SipOf(JsonElement line)
    {
        SipKey key = SipKey.FromBytes(line.Bytes("key"));
        ushort port = RawPort(line.GetProperty("dport").GetInt32());
        string source = line.GetProperty("src").GetString()!, destination = line.GetProperty("dst").GetString()!;
        return IsIPv6(line)
            ? PortSecret.SipIPv6(
                key, IPAddress.Parse(source).GetAddressBytes(), IPAddress.Parse(destination).GetAddressBytes(), port)
            : PortSecret.SipIPv4(key, RawIPv4(source), RawIPv4(destination), port);
    }

    private static bool IsIPv6(JsonElement line) => line.GetProperty("src").GetString()!.Contains(':', StringComparison.Ordinal);

    private static uint RawIPv4(string address) =>
        BinaryPrimitives.ReadUInt32LittleEndian(IPAddress.Parse(address).GetAddressBytes());

    private static ushort RawPort(int port) => BinaryPrimitives.ReverseEndianness((ushort)port);
}
