using System.Net;
using System.Net.Sockets;

namespace NatAllocBench.Node.Lines;

/// <summary>One direction of an entry.</summary>
/// <param name="Source">Source address; an IPv4 address in its mapped form.</param>
/// <param name="Destination">Destination address.</param>
/// <param name="SourceKey">Source port, ICMP id, or the low 16 bits of the GRE key.</param>
/// <param name="DestinationKey">Destination port, ICMP type * 256 + code, or the GRE key.</param>
public readonly record struct EntryTuple(UInt128 Source, UInt128 Destination, ushort SourceKey, ushort DestinationKey)
{
    private static readonly UInt128 Mapped = new(0, 0xFFFF_0000_0000);

    /// <summary>The number of an IPv4 address in its mapped form.</summary>
    /// <param name="address">The address, first byte highest.</param>
    public static UInt128 OfIPv4(uint address) => Mapped | address;

    /// <summary>An address as text, IPv6 in short form.</summary>
    /// <param name="address">The number.</param>
    public static string Text(UInt128 address) => ToAddress(address).ToString();

    /// <summary>An address as the library's type.</summary>
    /// <param name="address">The number.</param>
    public static IPAddress ToAddress(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return (address >> 32) == 0xFFFF ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    /// <summary>The number of an address.</summary>
    /// <param name="address">The address.</param>
    public static UInt128 Number(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        byte[] bytes = (address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).GetAddressBytes();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
