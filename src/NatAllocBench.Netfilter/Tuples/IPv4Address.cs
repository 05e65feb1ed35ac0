using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NatAllocBench.Netfilter.Tuples;

/// <summary>An IPv4 address in network order, as a tuple holds it.</summary>
/// <param name="raw">The four bytes as a little-endian host reads them from memory.</param>
public readonly struct IPv4Address(uint raw) : IAddress<IPv4Address>
{
    /// <summary>The four network-order bytes as a little-endian host reads them.</summary>
    public uint Raw { get; } = raw;

    /// <summary>The numeric value: 10.0.0.1 is 0x0a000001.</summary>
    public uint Value => BinaryPrimitives.ReverseEndianness(Raw);

    /// <inheritdoc/>
    public static ushort L3Num => 2;

    /// <inheritdoc/>
    public static int WordCount => 1;

    /// <inheritdoc/>
    public static int NodeSize => 32;

    /// <inheritdoc/>
    public ulong LowWord => Raw;

    /// <inheritdoc/>
    public ulong HighWord => 0;

    /// <summary>The address with this numeric value.</summary>
    /// <param name="value">0x0a000001 for 10.0.0.1.</param>
    public static IPv4Address FromValue(uint value) => new(BinaryPrimitives.ReverseEndianness(value));

    /// <inheritdoc/>
    public static IPv4Address Parse(string text)
    {
        if (!IPAddress.TryParse(text, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new FormatException($"'{text}' is not an IPv4 address");
        }

        return new IPv4Address(BitConverter.ToUInt32(address.GetAddressBytes()));
    }

    /// <inheritdoc/>
    public uint Word(int index) => index == 0 ? Raw : 0;

    /// <inheritdoc/>
    public IPv4Address WithWord(int index, uint value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(IPv4Address other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public bool Equals(IPv4Address other) => Raw == other.Raw;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IPv4Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Raw;

    /// <summary>Dotted notation.</summary>
    public override string ToString() => new IPAddress(BitConverter.GetBytes(Raw)).ToString();

    /// <summary>Same four bytes.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(IPv4Address left, IPv4Address right) => left.Equals(right);

    /// <summary>Any byte differs.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(IPv4Address left, IPv4Address right) => !left.Equals(right);
}
