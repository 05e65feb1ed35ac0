using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Rules;

/// <summary>What a rule allows as a mapping: the kernel's <c>struct nf_nat_range2</c>.</summary>
/// <typeparam name="TAddress">The address family.</typeparam>
public readonly struct NatRange<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    /// <summary>Flags.</summary>
    public NatFlags Flags { get; init; }

    /// <summary>First address; only with <see cref="NatFlags.MapIps"/>.</summary>
    public TAddress MinAddress { get; init; }

    /// <summary>Last address; only with <see cref="NatFlags.MapIps"/>.</summary>
    public TAddress MaxAddress { get; init; }

    /// <summary>First port or id, host order; only with <see cref="NatFlags.ProtoSpecified"/>.</summary>
    public ushort MinPort { get; init; }

    /// <summary>Last port or id, host order; only with <see cref="NatFlags.ProtoSpecified"/>.</summary>
    public ushort MaxPort { get; init; }

    /// <summary>Base port, host order; only with <see cref="NatFlags.ProtoOffset"/>.</summary>
    public ushort BasePort { get; init; }

    /// <summary>A rule that masquerades to one address.</summary>
    /// <param name="address">The NAT address.</param>
    /// <param name="flags">Mode flags to add.</param>
    public static NatRange<TAddress> Masquerade(TAddress address, NatFlags flags = NatFlags.None) =>
        new() { Flags = flags | NatFlags.MapIps, MinAddress = address, MaxAddress = address };

    /// <summary>A rule that translates to a pool of addresses.</summary>
    /// <param name="first">First address of the pool.</param>
    /// <param name="last">Last address of the pool.</param>
    /// <param name="flags">Mode flags to add.</param>
    public static NatRange<TAddress> Pool(TAddress first, TAddress last, NatFlags flags = NatFlags.None) =>
        new() { Flags = flags | NatFlags.MapIps, MinAddress = first, MaxAddress = last };

    /// <summary>
    /// The null binding (<c>nf_nat_alloc_null_binding</c>) that every new connection gets at a NAT hook where no rule matches: its own
    /// current address, taken from the reply direction.
    /// </summary>
    /// <param name="reply">The connection's present REPLY tuple.</param>
    /// <param name="manip">The hook's side.</param>
    public static NatRange<TAddress> NullBinding(in ConntrackTuple<TAddress> reply, ManipType manip) =>
        Masquerade(manip == ManipType.Source ? reply.Destination : reply.Source);

    /// <summary>This range restricted to ports.</summary>
    /// <param name="minPort">First port, host order.</param>
    /// <param name="maxPort">Last port, host order.</param>
    public NatRange<TAddress> WithPorts(ushort minPort, ushort maxPort) => new()
    {
        Flags = Flags | NatFlags.ProtoSpecified,
        MinAddress = MinAddress,
        MaxAddress = MaxAddress,
        MinPort = minPort,
        MaxPort = maxPort,
        BasePort = BasePort,
    };

    /// <summary>Whether the source of <paramref name="tuple"/> lies in this range (<c>nf_in_range</c> / <c>in_range</c>).</summary>
    /// <param name="tuple">A tuple in original direction.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(in ConntrackTuple<TAddress> tuple)
    {
        if ((Flags & NatFlags.MapIps) != 0 &&
            (tuple.Source.CompareTo(MinAddress) < 0 || tuple.Source.CompareTo(MaxAddress) > 0))
        {
            return false;
        }

        return (Flags & NatFlags.ProtoSpecified) == 0 || ContainsPort(in tuple, ManipType.Source);
    }

    /// <summary>
    /// Whether the key that <paramref name="manip"/> rewrites lies between the limits, both included
    /// (<c>l4proto_in_range</c>); ICMP always looks at its id, and reversed limits contain nothing.
    /// </summary>
    /// <param name="tuple">A tuple in original direction.</param>
    /// <param name="manip">The side that is rewritten.</param>
    public bool ContainsPort(in ConntrackTuple<TAddress> tuple, ManipType manip)
    {
        ushort port = manip == ManipType.Source || tuple.IsIcmp ? tuple.SourcePort : tuple.DestinationPort;
        return port >= MinPort && port <= MaxPort;
    }
}
