using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>The range a port search runs through, and where its key stands in the tuple.</summary>
/// <param name="Min">First candidate, host order.</param>
/// <param name="Size">Number of candidates; up to 4.17 a reversed range underflows to nearly 2^32.</param>
/// <param name="RewritesSource">Whether the key is the source key (also for every ICMP id).</param>
/// <param name="IsIcmp">Whether the key is an ICMP id.</param>
internal readonly record struct PortCandidates(ushort Min, uint Size, bool RewritesSource, bool IsIcmp)
{
    /// <summary>The candidates for a tuple, or null where the search leaves the tuple alone without a probe.</summary>
    public static PortCandidates? For<TAddress>(
        in ConntrackTuple<TAddress> tuple, in NatRange<TAddress> range, ManipType manip, EraTraits traits)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        bool specified = (range.Flags & NatFlags.ProtoSpecified) != 0;
        if (tuple.IsIcmp)
        {
            // ICMP never exchanges its limits, and up to 4.20 it has one id less without a range.
            return specified
                ? new PortCandidates(range.MinPort, (uint)(range.MaxPort - range.MinPort + 1), true, true)
                : new PortCandidates(traits.CommonIcmpSearch ? (ushort)0 : range.MinPort, traits.CommonIcmpSearch ? 65536u : 65535u, true, true);
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
            return null;
        }

        return tuple.SourcePort switch
        {
            < 512 => new PortCandidates(1, 511, true, false),
            < 1024 => new PortCandidates(600, 424, true, false),
            _ => new PortCandidates(1024, 64512, true, false),
        };
    }

    /// <summary>The present key of the tuple, host order.</summary>
    public ushort KeyOf<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => RewritesSource ? tuple.SourcePort : tuple.DestinationPort;

    /// <summary>Puts candidate <paramref name="offset"/> into the tuple: <c>min + offset % size</c>, modulo 2^16.</summary>
    public void Apply<TAddress>(ref ConntrackTuple<TAddress> tuple, ushort offset)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ushort port = (ushort)(Min + (offset % Size));
        if (RewritesSource)
        {
            tuple.SourcePort = port;
        }
        else
        {
            tuple.DestinationPort = port;
        }
    }
}
