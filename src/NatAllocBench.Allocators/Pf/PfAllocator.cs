using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>
/// <c>pf_get_sport</c>: an address of the pool, then all ports of the range: up from a random cut, then down from it. Exhaustive; random
/// and round-robin pools go on to the next address.
/// </summary>
internal readonly struct PfAllocator<TAddress, TSystem> : IPortAllocator<TAddress, PfRule<TAddress>, PfState<TAddress>>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
    where TSystem : struct, IPfSystem
{
    private enum Found
    {
        Yes,
        No,
        Final,
    }

    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<TAddress> original,
        in PfRule<TAddress> rule,
        ref PfState<TAddress> state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32
    {
        reply = original.Invert();
        var search = new PfSearch<TAddress>(original.Source, TSystem.StartsWithSource ? original.Source : TAddress.Zero);
        return TSystem.HasPortSets && rule.PortSet is { } portSet
            ? TryPortSet(portSet, in original, rule, state, ref search, ref view, ref random, ref reply)
            : TryRange(rule.Low, rule.High, in original, rule, state, ref search, ref view, ref random, ref reply);
    }

    /// <summary>Blocks of a MAP-E port set, up from a random one, then down; every block is a whole search of its own.</summary>
    private static bool TryPortSet<TView, TRandom>(
        PfPortSet portSet,
        in FlowTuple<TAddress> original,
        PfRule<TAddress> rule,
        PfState<TAddress> state,
        ref PfSearch<TAddress> search,
        ref TView view,
        ref TRandom random,
        ref FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32
    {
        int blockShift = 16 - portSet.OffsetBits;
        int idShift = blockShift - portSet.IdLength;
        uint id = (portSet.Id & ((1u << portSet.IdLength) - 1)) << idShift;
        uint last = (1u << portSet.OffsetBits) - 1;
        uint cut = Math.Max(random.Next() & last, 1);
        for (uint i = 0; i < last; i++)
        {
            uint block = cut + i <= last ? cut + i : last - i;
            uint low = (block << blockShift) | id;
            search.Start = TAddress.Zero;
            search.IsFirst = true;
            if (TryRange(
                (ushort)low, (ushort)(low + (1u << idShift) - 1), in original, rule, state, ref search, ref view, ref random, ref reply))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryRange<TView, TRandom>(
        ushort low,
        ushort high,
        in FlowTuple<TAddress> original,
        PfRule<TAddress> rule,
        PfState<TAddress> state,
        ref PfSearch<TAddress> search,
        ref TView view,
        ref TRandom random,
        ref FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32
    {
        bool isMapped = TSystem.HasPortSets && rule.IsEndpointIndependent && original.Protocol == IpProtocols.Udp;
        if (isMapped && state.Mappings.TryFind(original.Source, original.SourcePort, out TAddress outside, out ushort port))
        {
            reply = reply with { Destination = outside, DestinationPort = port };
            return true;
        }

        PfUdpMappings<TAddress>? mappings = isMapped ? state.Mappings : null;
        for (uint maps = 0; maps < rule.MaxMaps && TSystem.TryMap(rule, state, ref search, ref random); maps++)
        {
            if (!search.IsFirst && search.Address == search.Start)
            {
                return false;
            }

            search.IsFirst = false;
            reply.Destination = search.Address;
            Found found = TryPorts(low, high, in original, mappings, ref view, ref random, ref reply);
            if (found != Found.No)
            {
                return found == Found.Yes;
            }

            if (!rule.TriesNextAddress)
            {
                return false;
            }
        }

        return false;
    }

    private static Found TryPorts<TView, TRandom>(
        ushort low,
        ushort high,
        in FlowTuple<TAddress> original,
        PfUdpMappings<TAddress>? mappings,
        ref TView view,
        ref TRandom random,
        ref FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32
    {
        if (TSystem.KeepsPort(original.Protocol, original.DestinationPort))
        {
            return Found.Yes;
        }

        bool isSearched = TSystem.IsSearched(original.Protocol);
        if (isSearched && original.Protocol is IpProtocols.Icmp or IpProtocols.IcmpV6)
        {
            (low, high) = (1, ushort.MaxValue);
        }

        if (!isSearched || low == high)
        {
            reply.DestinationPort = isSearched && low != 0 ? low : original.SourcePort;
            if (view.TryTake(in reply) && TryMapping(mappings, in original, in reply))
            {
                return Found.Yes;
            }

            return TSystem.IsSctpFinal && original.Protocol == IpProtocols.Sctp ? Found.Final : Found.No;
        }

        if (low > high)
        {
            (low, high) = (high, low);
        }

        uint cut = low + TSystem.Below(ref random, 1 + (uint)high - low);
        for (uint port = cut; port <= high; port++)
        {
            if (TryPort((ushort)port, in original, mappings, ref view, ref reply))
            {
                return Found.Yes;
            }
        }

        for (int port = (int)cut - 1; port >= low; port--)
        {
            if (TryPort((ushort)port, in original, mappings, ref view, ref reply))
            {
                return Found.Yes;
            }
        }

        return Found.No;
    }

    private static bool TryPort<TView>(
        ushort port, in FlowTuple<TAddress> original, PfUdpMappings<TAddress>? mappings, ref TView view, ref FlowTuple<TAddress> reply)
        where TView : struct, ITableView<TAddress>
    {
        reply.DestinationPort = port;
        if (mappings is not null)
        {
            return TryMapping(mappings, in original, in reply); // states are not asked
        }

        return view.TryTake(in reply) && !TSystem.IsBad(original.Protocol, port);
    }

    private static bool TryMapping(PfUdpMappings<TAddress>? mappings, in FlowTuple<TAddress> original, in FlowTuple<TAddress> reply) =>
        mappings is null || mappings.TryInsert(original.Source, original.SourcePort, reply.Destination, reply.DestinationPort);
}
