using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Netfilter.Table;

/// <summary>Size and secrets of a conntrack table.</summary>
public sealed record TableOptions
{
    /// <summary>Entries that fill a huge page of 2 MiB: two nodes of 64 bytes each.</summary>
    private const uint FewestEntries = 2 * 1024 * 1024 / (2 * 64);

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

    /// <summary>
    /// A table for a workload: buckets as the kernel has them with more than 4 GiB of memory, or more where the workload needs it. Its
    /// memory is cleared for each table, so it is for twice the workload's entries and not for all that the kernel would take.
    /// </summary>
    /// <param name="traits">The era's.</param>
    /// <param name="entries">Most entries that can exist at a time, 0 to 2^27.</param>
    public static TableOptions Holding(EraTraits traits, long entries)
    {
        ArgumentNullException.ThrowIfNull(traits);
        ArgumentOutOfRangeException.ThrowIfNegative(entries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries, 1L << 27);
        uint room = (uint)entries * 2;
        return new TableOptions
        {
            Buckets = traits.MaxPerBucket == 1 ? Math.Max(262_144, room) : Math.Max(65_536, room / 4),
            MaxConnections = Math.Max(FewestEntries, room),
        };
    }
}
