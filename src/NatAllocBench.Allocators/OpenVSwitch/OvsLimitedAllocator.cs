using System.Numerics;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>What differs between the releases with a limited search.</summary>
internal interface IOvsLimitedEra
{
    /// <summary>Endpoints come first in the range hash, and <c>random</c> and <c>persistent</c> work.</summary>
    static abstract bool HasFlags { get; }

    /// <summary>The id of an ICMP echo is translated.</summary>
    static abstract bool TranslatesIcmpId { get; }
}

/// <summary>3.0 to 3.3.</summary>
internal readonly struct Ovs33 : IOvsLimitedEra
{
    public static bool HasFlags => false;

    public static bool TranslatesIcmpId => false;
}

/// <summary>3.4 to 3.7.</summary>
internal readonly struct Ovs37 : IOvsLimitedEra
{
    public static bool HasFlags => true;

    public static bool TranslatesIcmpId => false;
}

/// <summary>After 3.7 (627fef05b, 2026-04-10).</summary>
internal readonly struct OvsMain : IOvsLimitedEra
{
    public static bool HasFlags => true;

    public static bool TranslatesIcmpId => true;
}

/// <summary>
/// <c>nat_get_unique_tuple</c> with <c>nat_get_unique_l4</c>, from 3.0: one address and at most 248 candidates per port: 128 from the
/// start, then 64, 32, 16 and 8 from random places. After a failure the start values are left behind.
/// </summary>
internal readonly struct OvsLimitedAllocator<TAddress, THash, TEra> : IPortAllocator<TAddress, OvsRule<TAddress>, OvsState>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
    where THash : struct, IOvsHash
    where TEra : struct, IOvsLimitedEra
{
    private const uint MaxAttempts = 128;
    private const uint MinAttempts = 16;

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
        uint draw = TEra.HasFlags && rule.IsRandom ? random.Next() : 0;
        uint hash = AddressHash(state.Basis, in original, in rule);
        TAddress own = rule.IsDestination ? original.Destination : original.Source;
        reply = rule.ReplyTo(in original, rule.HasAddress ? rule.AddressAt(hash) : own);
        if (!HasPorts(original.Protocol))
        {
            return view.TryTake(in reply);
        }

        PortCycle sources = ClassOf(original.SourcePort);
        if (rule.HasPorts)
        {
            uint offset = PortOffset(state.Basis, hash, draw, in original, in rule);
            var ranged = new PortCycle((ushort)(rule.MinPort + (offset % rule.PortCount)), rule.MinPort, rule.MaxPort);
            if (rule.IsDestination && TrySearch<DestinationPort, TView, TRandom>(ranged, ref reply, ref view, ref random))
            {
                return true;
            }

            sources = rule.IsDestination ? sources : ranged;
        }

        return TrySearch<SourcePort, TView, TRandom>(sources, ref reply, ref view, ref random);
    }

    /// <summary>The hash that chooses the address.</summary>
    public static uint AddressHash(uint basis, in FlowTuple<TAddress> original, in OvsRule<TAddress> rule) => TEra.HasFlags
        ? OvsRangeHash.EndpointsFirst<TAddress, THash>(rule.IsPersistent ? 0 : basis, in original, in rule)
        : OvsRangeHash.RangeFirst<TAddress, THash>(basis, in original, in rule);

    private static uint PortOffset(uint basis, uint hash, uint draw, in FlowTuple<TAddress> original, in OvsRule<TAddress> rule)
    {
        if (TEra.HasFlags && rule.IsRandom)
        {
            return draw;
        }

        return TEra.HasFlags && rule.IsPersistent
            ? OvsRangeHash.EndpointsFirst<TAddress, THash>(basis, in original, in rule)
            : hash;
    }

    private static bool HasPorts(byte protocol) =>
        protocol is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp || (TEra.TranslatesIcmpId && protocol == IpProtocols.Icmp);

    /// <summary>Without ports in the rule a port stays in its class: below 512, below 1024, or above.</summary>
    private static PortCycle ClassOf(ushort port) => port switch
    {
        < 512 => new PortCycle(port, 1, 511),
        < 1024 => new PortCycle(port, 600, 1023),
        _ => new PortCycle(port, 1024, ushort.MaxValue),
    };

    private static bool TrySearch<TSide, TView, TRandom>(
        PortCycle ports, ref FlowTuple<TAddress> reply, ref TView view, ref TRandom random)
        where TSide : struct, ISide
        where TView : struct, ITableView<TAddress>
        where TRandom : struct, IRandom32
    {
        ushort start = ports.Current;
        uint range = ports.Range;
        for (uint attempts = Math.Min(range, MaxAttempts); ; attempts /= 2, ports.Jump(random.Next()))
        {
            for (uint i = 0; i < attempts; i++, ports.Advance())
            {
                TSide.Set(ref reply, ports.Current);
                if (view.TryTake(in reply))
                {
                    return true;
                }
            }

            if (attempts >= range || attempts < MinAttempts)
            {
                TSide.Set(ref reply, start);
                return false;
            }
        }
    }

    /// <summary>Which port of the flow is searched; in the REPLY tuple it is the opposite one.</summary>
    private interface ISide
    {
        static abstract void Set(ref FlowTuple<TAddress> reply, ushort port);
    }

    private readonly struct SourcePort : ISide
    {
        public static void Set(ref FlowTuple<TAddress> reply, ushort port)
        {
            reply.DestinationPort = port;
            if (reply.Protocol == IpProtocols.Icmp)
            {
                reply.SourcePort = port; // the id is in both
            }
        }
    }

    private readonly struct DestinationPort : ISide
    {
        public static void Set(ref FlowTuple<TAddress> reply, ushort port)
        {
            reply.SourcePort = port;
            if (reply.Protocol == IpProtocols.Icmp)
            {
                reply.DestinationPort = port;
            }
        }
    }
}
