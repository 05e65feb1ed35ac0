using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NatAllocBench.Netfilter.Tuples;

/// <summary>An IPv6 address in network order, as a tuple holds it.</summary>
/// <param name="low">Bytes 0 to 7 as a little-endian host reads them.</param>
/// <param name="high">Bytes 8 to 15 as a little-endian host reads them.</param>
public readonly struct IPv6Address(ulong low, ulong high) : IAddress<IPv6Address>
{
    /// <inheritdoc/>
    public static ushort L3Num => 10;

    /// <inheritdoc/>
    public static int WordCount => 4;

    /// <inheritdoc/>
    public static int NodeSize => 64;

    /// <inheritdoc/>
    public ulong LowWord { get; } = low;

    /// <inheritdoc/>
    public ulong HighWord { get; } = high;

    /// <inheritdoc/>
    public static IPv6Address Parse(string text)
    {
        if (!IPAddress.TryParse(text, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            throw new FormatException($"'{text}' is not an IPv6 address");
        }

        byte[] bytes = address.GetAddressBytes();
        return new IPv6Address(BitConverter.ToUInt64(bytes, 0), BitConverter.ToUInt64(bytes, 8));
    }

    /// <inheritdoc/>
    public uint Word(int index) => (uint)((index < 2 ? LowWord : HighWord) >> ((index & 1) * 32));

    /// <inheritdoc/>
    public IPv6Address WithWord(int index, uint value)
    {
        int shift = (index & 1) * 32;
        ulong keep = ~((ulong)uint.MaxValue << shift);
        ulong word = (ulong)value << shift;
        return index < 2 ? new IPv6Address((LowWord & keep) | word, HighWord) : new IPv6Address(LowWord, (HighWord & keep) | word);
    }

    /// <inheritdoc/>
    public int CompareTo(IPv6Address other)
    {
        int first = BinaryPrimitives.ReverseEndianness(LowWord).CompareTo(BinaryPrimitives.ReverseEndianness(other.LowWord));
        return first != 0
            ? first
            : BinaryPrimitives.ReverseEndianness(HighWord).CompareTo(BinaryPrimitives.ReverseEndianness(other.HighWord));
    }

    /// <inheritdoc/>
    public bool Equals(IPv6Address other) => LowWord == other.LowWord && HighWord == other.HighWord;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IPv6Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LowWord, HighWord);

    /// <summary>RFC 5952 notation.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, LowWord);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], HighWord);
        return new IPAddress(bytes).ToString();
    }

    /// <summary>Same sixteen bytes.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(IPv6Address left, IPv6Address right) => left.Equals(right);

    /// <summary>Any byte differs.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(IPv6Address left, IPv6Address right) => !left.Equals(right);
}
