using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Netfilter.Table;

/// <summary>What a kernel chooses for <c>nf_conntrack_buckets</c> and <c>nf_conntrack_max</c> when nobody sets them.</summary>
/// <param name="Buckets">Number of buckets.</param>
/// <param name="MaxConnections">Most entries.</param>
internal readonly record struct TableDefaults(uint Buckets, uint MaxConnections)
{
    private const ulong GiB = 1UL << 30;

    /// <summary>Bytes of a chain head on a 64-bit kernel, and of a page: the array is rounded up to whole pages.</summary>
    private const uint HeadsPerPage = 4096 / 8;

    /// <summary>
    /// The defaults of a 64-bit kernel with 4 KiB pages (<c>nf_conntrack_init_start</c>): 1/16384 of the memory in chain heads, but
    /// 16384 buckets above 1 GiB (65536 from 5.15) and 65536 above 4 GiB (from 4.0; 262144 from 5.15).
    /// </summary>
    /// <param name="ramBytes">Memory of the machine, bytes, at least 1 MiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">The memory is less than 1 MiB.</exception>
    public static TableDefaults For(Era era, ulong ramBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ramBytes, 1UL << 20);
        bool large = era.Traits.MaxPerBucket == 1; // 5.15 and later
        bool hasFourGiBRule = era.Version >= new KernelVersion(4, 0);
        uint buckets = ramBytes switch
        {
            > 4 * GiB when hasFourGiBRule => large ? 262_144u : 65_536,
            > GiB => large ? 65_536u : 16_384,
            _ => (uint)(ramBytes / 16384 / 8),
        };
        buckets = RoundUp(Math.Max(buckets, large ? 1024u : 32));
        return new TableDefaults(buckets, buckets * (uint)era.Traits.MaxPerBucket);
    }

    private static uint RoundUp(uint buckets) => (buckets + HeadsPerPage - 1) / HeadsPerPage * HeadsPerPage;
}
