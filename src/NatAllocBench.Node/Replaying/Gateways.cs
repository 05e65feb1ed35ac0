using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Node.Replaying;

/// <summary>Makes gateways.</summary>
internal static class Gateways
{
    public static IGateway Create(WhatIf gateway, IReadOnlyList<RecordedConnection> connections, int cpus, ulong seed)
    {
        bool hasIPv6 = connections.Any(connection => (connection.Client >> 32) != 0xFFFF);
        bool hasIPv4 = connections.Any(connection => (connection.Client >> 32) == 0xFFFF);
        if (gateway.Allocator is not null)
        {
            return hasIPv6
                ? throw new NodeInputException($"--what-if allocator={gateway.Allocator.Name}: it is modelled for IPv4, and the "
                    + "recording has IPv6")
                : new SystemGateway(gateway, connections.Count, cpus, seed);
        }

        return (hasIPv4, hasIPv6) switch
        {
            (true, true) => new DualGateway(Kernel<IPv4Address>(gateway, connections.Count, cpus, seed),
                Kernel<IPv6Address>(gateway, connections.Count, cpus, seed)),
            (_, true) => Kernel<IPv6Address>(gateway, connections.Count, cpus, seed),
            _ => Kernel<IPv4Address>(gateway, connections.Count, cpus, seed),
        };
    }

    private static IGateway Kernel<TAddress>(WhatIf gateway, int connections, int cpus, ulong seed)
        where TAddress : unmanaged, IAddress<TAddress> =>
        gateway.Era.Accept<Visitor<TAddress>, IGateway>(new Visitor<TAddress>(gateway, connections, cpus, seed));

    private readonly struct Visitor<TAddress>(WhatIf gateway, int connections, int cpus, ulong seed) : IEraVisitor<IGateway>
        where TAddress : unmanaged, IAddress<TAddress>
    {
        public IGateway Visit<TEra>(Era era)
            where TEra : struct, IEra => new KernelGateway<TAddress, TEra>(gateway, connections, cpus, seed);
    }
}
