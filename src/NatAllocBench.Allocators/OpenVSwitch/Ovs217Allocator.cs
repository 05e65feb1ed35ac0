using System.Numerics;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>
/// <c>nat_get_unique_tuple</c> of 2.16 and 2.17: every address, every destination port of the rule, every source port. Exhaustive.
/// </summary>
/// <remarks>
/// 65536 ports are 0 steps in 16 bits, so such a rule never finds anything. After a failure the last candidate is left behind.
/// </remarks>
internal readonly struct Ovs217Allocator<TAddress, THash> : IPortAllocator<TAddress, OvsRule<TAddress>, OvsState>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
    where THash : struct, IOvsHash
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<TAddress> original,
        in OvsRule<TAddress> rule,
        ref OvsState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32
    {
        uint hash = OvsRangeHash.RangeFirst<TAddress, THash>(state.Basis, in original, in rule);
        ushort start = rule.HasPorts ? (ushort)(rule.MinPort + (hash % rule.PortCount)) : (ushort)0;
        var ranged = new PortCycle(start, rule.MinPort, rule.MaxPort);
        var sources = rule.HasPorts && !rule.IsDestination ? ranged : new PortCycle(original.SourcePort, 1024, ushort.MaxValue);
        var destinations = rule.HasPorts && rule.IsDestination
            ? ranged
            : new PortCycle(original.DestinationPort, original.DestinationPort, original.DestinationPort);

        TAddress own = rule.IsDestination ? original.Destination : original.Source;
        TAddress first = rule.HasAddress ? rule.AddressAt(hash) : own;
        TAddress address = first;
        bool hasPorts = original.Protocol is IpProtocols.Tcp or IpProtocols.Udp;
        reply = rule.ReplyTo(in original, address);
        do
        {
            reply = rule.IsDestination ? reply with { Source = address } : reply with { Destination = address };
            if (hasPorts ? TryPorts(ref destinations, ref sources, ref reply, ref view) : view.TryTake(in reply))
            {
                return true;
            }

            if (rule.HasAddress)
            {
                address = address == rule.MaxAddress ? rule.MinAddress : address + TAddress.One;
            }
        }
        while (address != first);

        return false;
    }

    private static bool TryPorts<TView>(
        ref PortCycle destinations, ref PortCycle sources, ref FlowTuple<TAddress> reply, ref TView view)
        where TView : struct, ITableView<TAddress>
    {
        for (ushort outer = destinations.Steps; outer > 0; outer--, destinations.Advance())
        {
            reply.SourcePort = destinations.Current;
            for (ushort inner = sources.Steps; inner > 0; inner--, sources.Advance())
            {
                reply.DestinationPort = sources.Current;
                if (view.TryTake(in reply))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
