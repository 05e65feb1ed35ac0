using System.Numerics;

namespace NatAllocBench.Allocators;

/// <summary>
/// One direction of a flow. Addresses are numbers in host order: <see cref="uint"/> for IPv4, <see cref="UInt128"/> for IPv6. What an ICMP
/// echo keeps in the two ports is the system's own affair.
/// </summary>
/// <typeparam name="TAddress">Number type of an address.</typeparam>
public record struct FlowTuple<TAddress>(byte Protocol, TAddress Source, ushort SourcePort, TAddress Destination, ushort DestinationPort)
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    /// <summary>The opposite direction.</summary>
    public readonly FlowTuple<TAddress> Invert() => new(Protocol, Destination, DestinationPort, Source, SourcePort);
}
