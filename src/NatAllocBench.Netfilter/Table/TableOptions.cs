using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <summary>Size and secrets of a conntrack table.</summary>
public sealed record TableOptions
{
    /// <summary>Number of buckets (<c>nf_conntrack_buckets</c>), 1 to 2^30 - 1. An entry is in two.</summary>
    public uint Buckets { get; init; } = 262_144;

    /// <summary>Most entries at a time (<c>nf_conntrack_max</c>), 1 to 2^29 - 1; at the limit early drop begins.</summary>
    public uint MaxConnections { get; init; } = 262_144;

    /// <summary>Number of by-source buckets; 0 takes <see cref="Buckets"/>, at least 1024, as the kernel does.</summary>
    public uint BySourceBuckets { get; init; }

    /// <summary>CPUs that may use the table, 1 to 1024.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>SipHash key of table and by-source hash (5.15 and later).</summary>
    public SipKey HashKey { get; init; }

    /// <summary>Jenkins secret of table and by-source hash (up to 5.14).</summary>
    public uint HashRandom { get; init; }

    /// <summary>Salt of the network namespace (<c>net_hash_mix</c>), 4.7 and later.</summary>
    public uint NetMix { get; init; }

    /// <summary>Seed of the draws that are no part of the port search.</summary>
    public ulong Seed { get; init; } = 1;
}
