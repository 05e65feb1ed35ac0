using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>The range a port search runs through, and where its key is in the tuple.</summary>
/// <param name="Min">First candidate, host order.</param>
/// <param name="Size">Number of candidates; up to 4.17 a reversed range underflows to nearly 2^32, or to 0.</param>
/// <param name="RewritesSource">Whether the key is the source key (also for every ICMP id).</param>
/// <param name="IsIcmp">Whether the key is an ICMP id.</param>
internal readonly record struct PortCandidates(ushort Min, uint Size, bool RewritesSource, bool IsIcmp)
{
    private const ushort FirstUnprivileged = 1024;
    private const uint Unprivileged = 65536 - FirstUnprivileged;

    /// <summary>
    /// Whether the search leaves the tuple alone without a probe. A search for an ICMP id always begins, even in a range of none.
    /// </summary>
    public bool IsNone => Size == 0 && !IsIcmp;

    /// <summary>The candidates for a tuple; none where the search leaves it alone without a probe.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PortCandidates For<TAddress>(
        in ConntrackTuple<TAddress> tuple, in NatRange<TAddress> range, ManipType manip, EraTraits traits)
        where TAddress : unmanaged, IAddress<TAddress> =>
        (range.Flags & NatFlags.ProtoSpecified) == 0 && manip == ManipType.Source && !tuple.IsIcmp && tuple.SourcePort >= FirstUnprivileged
            ? new PortCandidates(FirstUnprivileged, Unprivileged, true, false)
            : OfOtherKind(in tuple, in range, manip, traits);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PortCandidates OfOtherKind<TAddress>(
        in ConntrackTuple<TAddress> tuple, in NatRange<TAddress> range, ManipType manip, EraTraits traits)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        bool specified = (range.Flags & NatFlags.ProtoSpecified) != 0;
        if (tuple.IsIcmp)
        {
            // ICMP never exchanges its limits, and up to 4.20 it has one id less without a range.
            return specified
                ? new PortCandidates(range.MinPort, (uint)(range.MaxPort - range.MinPort + 1), true, true)
                : new PortCandidates(
                    traits.CommonIcmpSearch ? (ushort)0 : range.MinPort, traits.CommonIcmpSearch ? 65536u : 65535u, true, true);
        }

        if (!HasPorts(tuple.Protocol))
        {
            return default; // GRE without PPTP has keys of 0, unknown protocols have none
        }

        bool source = manip == ManipType.Source;
        if (specified)
        {
            (ushort min, ushort max) = traits.SwapsReversedRange && range.MinPort > range.MaxPort
                ? (range.MaxPort, range.MinPort)
                : (range.MinPort, range.MaxPort);
            return new PortCandidates(min, (uint)(max - min + 1), source, false);
        }

        if (!source)
        {
            return default;
        }

        return tuple.SourcePort switch
        {
            < 512 => new PortCandidates(1, 511, true, false),
            < 1024 => new PortCandidates(600, 424, true, false),
            _ => new PortCandidates(FirstUnprivileged, Unprivileged, true, false),
        };
    }

    private static bool HasPorts(IPProtocol protocol) =>
        protocol is IPProtocol.Tcp or IPProtocol.Udp or IPProtocol.UdpLite or IPProtocol.Sctp or IPProtocol.Dccp;

    /// <summary>The present key of the tuple, host order.</summary>
    public ushort KeyOf<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => RewritesSource ? tuple.SourcePort : tuple.DestinationPort;

    /// <summary>The key of candidate <paramref name="offset"/>, network order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort KeyAt(ushort offset) => BinaryPrimitives.ReverseEndianness(PortAt(offset));

    /// <summary>Puts candidate <paramref name="offset"/> into the tuple: <c>min + offset % size</c>, modulo 2^16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TAddress>(ref ConntrackTuple<TAddress> tuple, ushort offset)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ushort port = PortAt(offset);
        if (RewritesSource)
        {
            tuple.SourcePort = port;
        }
        else
        {
            tuple.DestinationPort = port;
        }
    }

    // A division only where there is something to divide. Deviates: where reversed limits leave a size of 0, the kernel divides by it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ushort PortAt(ushort offset) => (ushort)(Min + (offset < Size || Size == 0 ? offset : offset % Size));
}
