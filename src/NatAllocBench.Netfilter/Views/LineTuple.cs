using System.Net;

namespace NatAllocBench.Netfilter.Views;

/// <summary>One direction of a connection as printed: addresses and, by protocol, ports or the ICMP key.</summary>
/// <param name="Source">Source address.</param>
/// <param name="Destination">Destination address, of the same family.</param>
/// <param name="SourceKey">Source port, or ICMP id, host order.</param>
/// <param name="DestinationKey">Destination port, host order, or ICMP type * 256 + code.</param>
public readonly record struct LineTuple(IPAddress Source, IPAddress Destination, ushort SourceKey, ushort DestinationKey)
{
    /// <summary>A TCP or UDP direction.</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="sourcePort">Source port, host order.</param>
    /// <param name="destinationPort">Destination port, host order.</param>
    /// <returns>The tuple.</returns>
    public static LineTuple Ports(IPAddress source, IPAddress destination, ushort sourcePort, ushort destinationPort)
        => new(source, destination, sourcePort, destinationPort);

    /// <summary>An ICMP or ICMPv6 query direction.</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="type">ICMP type, for example 8 for an echo request and 0 for the answer.</param>
    /// <param name="code">ICMP code.</param>
    /// <param name="id">Query id, host order.</param>
    /// <returns>The tuple.</returns>
    public static LineTuple Query(IPAddress source, IPAddress destination, byte type, byte code, ushort id)
        => new(source, destination, id, (ushort)((type << 8) | code));
}
