using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NatAllocBench.Netfilter.Packets;

/// <summary>
/// The 16-bit one's complement checksum of IPv4, TCP, UDP and ICMP (RFC 1071), whole and incremental (RFC 1624).
/// </summary>
/// <remarks>
/// Words are taken as they lie in memory. The sum does not depend on byte order as long as the result is stored the same way, so
/// nothing is swapped: fields go in and checksums come out in network order.
/// </remarks>
internal static class InternetChecksum
{
    /// <summary>Adds the 16-bit words of a buffer to a running sum; an odd last byte is padded with zero.</summary>
    /// <param name="data">Bytes in network order, below 64 KiB.</param>
    /// <param name="sum">The running sum, 0 to start.</param>
    /// <returns>The new running sum, not folded.</returns>
    public static ulong Add(ReadOnlySpan<byte> data, ulong sum = 0)
    {
        foreach (ushort word in MemoryMarshal.Cast<byte, ushort>(data))
        {
            sum += word;
        }

        if ((data.Length & 1) != 0)
        {
            Span<byte> last = [data[^1], 0];
            sum += MemoryMarshal.Read<ushort>(last);
        }

        return sum;
    }

    /// <summary>Folds a running sum to 16 bits and complements it.</summary>
    /// <param name="sum">The running sum.</param>
    /// <returns>The checksum field in network order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Finish(ulong sum)
    {
        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + ((sum >> 16) & 0xFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>
    /// The checksum after one 16-bit field changed: RFC 1624 equation 3, the kernel's <c>csum_replace2</c>. The result equals a full
    /// recomputation bit for bit, also where 0 and 0xFFFF would both be valid.
    /// </summary>
    /// <param name="checksum">The field before the change, network order.</param>
    /// <param name="from">The old field, network order.</param>
    /// <param name="to">The new field, network order.</param>
    /// <returns>The field after the change, network order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Replace16(ushort checksum, ushort from, ushort to)
        => Finish((ulong)(ushort)~checksum + (ushort)~from + to);

    /// <summary>The checksum after one 32-bit field changed: RFC 1624 equation 3, the kernel's <c>csum_replace4</c>.</summary>
    /// <param name="checksum">The field before the change, network order.</param>
    /// <param name="from">The old field, network order.</param>
    /// <param name="to">The new field, network order.</param>
    /// <returns>The field after the change, network order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Replace32(ushort checksum, uint from, uint to)
        => Finish((ulong)(ushort)~checksum + ~from + to);
}
