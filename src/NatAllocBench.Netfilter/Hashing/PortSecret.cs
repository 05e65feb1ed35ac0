using System.Buffers.Binary;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The keyed start offset that the <c>random</c> option used up to 4.20: the kernel's <c>secure_ipv4_port_ephemeral</c> and
/// <c>secure_ipv6_port_ephemeral</c>, keyed MD5 up to 4.10 and SipHash-2-4 from 4.11. The search keeps the low 16 bits.
/// </summary>
/// <remarks>
/// The source is the address after NAT chose it. The client's address and port are not inputs and nothing advances, so all
/// connections from one NAT address to one destination address and port start at the same offset. Parameters ending in
/// <c>Be</c> are network-order fields as a little-endian host reads them from memory (port 80 is 0x5000).
/// </remarks>
public static class PortSecret
{
    /// <summary>Words in the MD5 era's secret.</summary>
    public const int Md5SecretWords = Md5Block.Words;

    private const int AddressBytes = 16;
    private const int AddressWords = AddressBytes / sizeof(uint);

    /// <summary>IPv4, 4.11 to 4.20: the low 32 bits of SipHash over source, destination and port as three 32-bit words.</summary>
    public static uint SipIPv4(SipKey key, uint srcBe, uint dstBe, ushort portBe) =>
        (uint)SipHash24.Hash12(key, srcBe, dstBe, portBe);

    /// <summary>IPv4, late 4.14.y and 4.19.y: as <see cref="SipIPv4"/> with the uptime in units of 10 s as a fourth word.</summary>
    public static uint SipIPv4Timed(SipKey key, uint srcBe, uint dstBe, ushort portBe, uint period) =>
        (uint)SipHash24.Hash16Bytes(key, srcBe | ((ulong)dstBe << 32), portBe | ((ulong)period << 32));

    /// <summary>IPv6, 4.11 to 4.20: the low 32 bits of SipHash over 34 bytes: source, destination, port.</summary>
    /// <exception cref="ArgumentException">An address is not 16 bytes long.</exception>
    public static uint SipIPv6(SipKey key, ReadOnlySpan<byte> src16, ReadOnlySpan<byte> dst16, ushort portBe)
    {
        RequireAddress(src16, nameof(src16));
        RequireAddress(dst16, nameof(dst16));
        SipState state = StartIPv6(key, src16, dst16);
        return (uint)state.Finish(portBe | (34UL << SipState.LengthShift));
    }

    /// <summary>IPv6, late 4.14.y and 4.19.y: SipHash over 38 bytes: source, destination, uptime in units of 10 s, port.</summary>
    /// <exception cref="ArgumentException">An address is not 16 bytes long.</exception>
    public static uint SipIPv6Timed(SipKey key, ReadOnlySpan<byte> src16, ReadOnlySpan<byte> dst16, ushort portBe, uint period)
    {
        RequireAddress(src16, nameof(src16));
        RequireAddress(dst16, nameof(dst16));
        SipState state = StartIPv6(key, src16, dst16);
        return (uint)state.Finish(period | ((ulong)portBe << 32) | (38UL << SipState.LengthShift));
    }

    /// <summary>
    /// IPv4, up to 4.10: the secret is the message block, the chaining state is source, destination, port ^ secret[14] and
    /// secret[15]; the result is the first word of the new state.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="secret16"/> does not have 16 words.</exception>
    public static uint Md5IPv4(ReadOnlySpan<uint> secret16, uint srcBe, uint dstBe, ushort portBe)
    {
        RequireSecret(secret16);
        Span<uint> state = [srcBe, dstBe, portBe ^ secret16[14], secret16[15]];
        return Md5Block.Compress(state, secret16);
    }

    /// <summary>
    /// IPv6, up to 4.10: the chaining state is the source address; the message block is the secret with the destination's
    /// four words and then the port added to its first five words.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="secret16"/> does not have 16 words or an address is not 16 bytes long.
    /// </exception>
    public static uint Md5IPv6(
        ReadOnlySpan<uint> secret16, ReadOnlySpan<byte> src16, ReadOnlySpan<byte> dst16, ushort portBe)
    {
        RequireSecret(secret16);
        RequireAddress(src16, nameof(src16));
        RequireAddress(dst16, nameof(dst16));
        Span<uint> state = stackalloc uint[AddressWords];
        Span<uint> block = stackalloc uint[Md5Block.Words];
        secret16.CopyTo(block);
        for (int i = 0; i < AddressWords; i++)
        {
            state[i] = BinaryPrimitives.ReadUInt32LittleEndian(src16[(i * sizeof(uint))..]);
            block[i] += BinaryPrimitives.ReadUInt32LittleEndian(dst16[(i * sizeof(uint))..]);
        }

        block[AddressWords] += portBe;
        return Md5Block.Compress(state, block);
    }

    private static SipState StartIPv6(SipKey key, ReadOnlySpan<byte> src16, ReadOnlySpan<byte> dst16)
    {
        SipState state = SipState.Start(key);
        state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(src16));
        state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(src16[8..]));
        state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(dst16));
        state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(dst16[8..]));
        return state;
    }

    private static void RequireSecret(ReadOnlySpan<uint> secret16)
    {
        if (secret16.Length != Md5SecretWords)
        {
            throw new ArgumentException(
                $"the port secret has {Md5SecretWords} words, not {secret16.Length}", nameof(secret16));
        }
    }

    private static void RequireAddress(ReadOnlySpan<byte> address, string name)
    {
        if (address.Length != AddressBytes)
        {
            throw new ArgumentException($"an IPv6 address has {AddressBytes} bytes, not {address.Length}", name);
        }
    }
}
