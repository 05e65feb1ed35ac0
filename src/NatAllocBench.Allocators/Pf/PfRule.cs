using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>How a rule picks an address from its pool.</summary>
internal enum PfPoolType
{
    /// <summary>The one address.</summary>
    None,

    /// <summary>The source address under the pool's mask.</summary>
    Bitmask,

    /// <summary>A random address first, then the next ones.</summary>
    Random,

    /// <summary>A keyed hash of the source address.</summary>
    SourceHash,

    /// <summary>One after another.</summary>
    RoundRobin,
}

/// <summary>A network of a pool, as written in the rule.</summary>
internal readonly record struct PfPrefix<TAddress>(TAddress Network, int Length)
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    /// <summary>The bits a host may have.</summary>
    public TAddress HostMask =>
        Length == 0 ? ~TAddress.Zero : (TAddress.One << ((8 * default(TAddress).GetByteCount()) - Length)) - TAddress.One;

    public bool Contains(TAddress address) => ((address ^ Network) & ~HostMask) == TAddress.Zero;

    /// <summary>The network with the host part of another address.</summary>
    public TAddress With(TAddress host) => (Network & ~HostMask) | (host & HostMask);
}

/// <summary>A MAP-E port set: <c>map-e-portset</c>.</summary>
internal readonly record struct PfPortSet(int OffsetBits, int IdLength, uint Id);

/// <summary>A <c>nat-to</c> rule.</summary>
internal sealed record PfRule<TAddress>(PfPrefix<TAddress>[] Pool, ushort Low, ushort High)
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    public PfPoolType PoolType { get; init; }

    /// <summary><c>sticky-address</c>.</summary>
    public bool IsSticky { get; init; }

    /// <summary>16 bytes in memory order.</summary>
    public byte[] HashKey { get; init; } = new byte[16];

    /// <summary><c>endpoint-independent</c>, for UDP.</summary>
    public bool IsEndpointIndependent { get; init; }

    public PfPortSet? PortSet { get; init; }

    /// <summary>
    /// Addresses mapped before the search is broken off: a bound of ours, as the round robin of OpenBSD does not end when its pool is full.
    /// </summary>
    public uint MaxMaps { get; init; } = uint.MaxValue;

    public bool UsesNodes => IsSticky && PoolType != PfPoolType.None;

    public bool TriesNextAddress => PoolType is PfPoolType.Random or PfPoolType.RoundRobin;
}
