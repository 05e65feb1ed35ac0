using System.Numerics;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>
/// <c>nat_select_range_tuple</c> of 2.12 to 2.15: address by address all ports, then once more from the first address with ports from 1024
/// up. The first port of a pass is asked twice when all are taken.
/// </summary>
/// <remarks>Every protocol but ICMP counts as one with ports, GRE included. A rule without an address translates to 0.0.0.0.</remarks>
internal readonly struct Ovs213Allocator<TAddress, THash> : IPortAllocator<TAddress, OvsRule<TAddress>, OvsState>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
    where THash : struct, IOvsHash
{
    private const ushort FallbackFirst = 1024;

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
        bool hasPort = original.Protocol is not (IpProtocols.Icmp or IpProtocols.IcmpV6);
        bool fallbackDone = rule.IsDestination || rule.HasPorts;
        ushort own = rule.IsDestination ? original.DestinationPort : original.SourcePort;
        ushort low = rule.HasPorts ? rule.MinPort : own;
        ushort high = rule.HasPorts ? rule.MaxPort : own;
        ushort first = rule.HasPorts ? (ushort)(rule.MinPort + (hash % rule.PortCount)) : own;
        TAddress last = rule.MinAddress + TAddress.CreateTruncating(rule.CappedDistance);
        TAddress firstAddress = rule.AddressAt(hash);
        TAddress address = firstAddress;
        while (true)
        {
            reply = rule.ReplyTo(in original, address);
            if (TryPorts(in rule, hasPort, low, high, first, ref reply, ref view))
            {
                return true;
            }

            address = address == last ? rule.MinAddress : address + TAddress.One;
            if (address == firstAddress)
            {
                if (!hasPort || fallbackDone)
                {
                    return false;
                }

                fallbackDone = true;
                address = firstAddress = rule.MinAddress;
                (low, high) = (FallbackFirst, ushort.MaxValue);
            }

            first = low;
        }
    }

    private static bool TryPorts<TView>(
        in OvsRule<TAddress> rule, bool hasPort, ushort low, ushort high, ushort first, ref FlowTuple<TAddress> reply, ref TView view)
        where TView : struct, ITableView<TAddress>
    {
        if (!hasPort)
        {
            return view.TryTake(in reply);
        }

        ushort port = first;
        bool allPorts = false;
        while (true)
        {
            reply = rule.IsDestination ? reply with { SourcePort = port } : reply with { DestinationPort = port };
            if (view.TryTake(in reply))
            {
                return true;
            }

            if (allPorts)
            {
                return false;
            }

            if (low != high)
            {
                port = port == high ? low : (ushort)(port + 1);
            }

            allPorts = port == first;
        }
    }
}
