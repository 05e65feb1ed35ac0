using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>An address search under way.</summary>
/// <param name="Source">The client.</param>
/// <param name="Address">The address found; before the first one 0 (OpenBSD) or the client's (FreeBSD).</param>
internal record struct PfSearch<TAddress>(TAddress Source, TAddress Address)
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    /// <summary>Where the lap began; 0 if it is not known.</summary>
    public TAddress Start { get; set; }

    /// <summary>Whether no address was mapped yet in this call.</summary>
    public bool IsFirst { get; set; } = true;
}

/// <summary>What differs between the systems that have pf.</summary>
internal interface IPfSystem
{
    /// <summary>MAP-E port sets and endpoint-independent UDP.</summary>
    static abstract bool HasPortSets { get; }

    /// <summary>A second address is not tried for SCTP.</summary>
    static abstract bool IsSctpFinal { get; }

    /// <summary>The result address of a search before it starts.</summary>
    static abstract bool StartsWithSource { get; }

    /// <summary>Whether the address is chosen and nothing else: messages of ICMP that are not searched.</summary>
    static abstract bool KeepsPort(byte protocol, ushort type);

    /// <summary>Whether the protocol's port or id is searched in a range.</summary>
    static abstract bool IsSearched(byte protocol);

    /// <summary>A port of the range that is never given out.</summary>
    static abstract bool IsBad(byte protocol, ushort port);

    /// <summary>A number below <paramref name="bound"/>.</summary>
    static abstract uint Below<TRandom>(ref TRandom random, uint bound)
        where TRandom : struct, IRandom32;

    /// <summary><c>pf_map_addr</c>: the first or the next address.</summary>
    static abstract bool TryMap<TAddress, TRandom>(
        PfRule<TAddress> rule, PfState<TAddress> state, ref PfSearch<TAddress> search, ref TRandom random)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TRandom : struct, IRandom32;
}
