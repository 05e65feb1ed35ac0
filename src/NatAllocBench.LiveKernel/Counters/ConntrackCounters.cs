namespace NatAllocBench.LiveKernel;

/// <summary>
/// The conntrack statistics of one CPU or of all. A counter the running kernel does not have is null, never 0: clash_resolve exists from
/// Linux 5.10 on, chaintoolong from 5.15 on.
/// </summary>
public sealed record ConntrackCounters
{
    /// <summary>Candidate tuples that were taken (nf_conntrack_tuple_taken). Up to Linux 4.8 it counts packet lookups too.</summary>
    public required long Found { get; init; }

    /// <summary>Connections that lost the insertion (__nf_conntrack_confirm): a race or an exhausted range.</summary>
    public required long InsertFailed { get; init; }

    /// <summary>Packets conntrack dropped.</summary>
    public required long Drop { get; init; }

    /// <summary>Entries evicted because the table was full.</summary>
    public required long EarlyDrop { get; init; }

    /// <summary>Insertions that clashed and were merged with the winner (nf_ct_resolve_clash).</summary>
    public long? ClashResolve { get; init; }

    /// <summary>Insertions refused because the hash chain was too long.</summary>
    public long? ChainTooLong { get; init; }

    /// <summary>Lookups that had to start again because of a concurrent move.</summary>
    public long? SearchRestart { get; init; }

    /// <summary>Sum of two readings, for instance of two CPUs.</summary>
    public static ConntrackCounters operator +(ConntrackCounters left, ConntrackCounters right) => left.Combine(right, 1);

    /// <summary>Difference of two readings. The kernel's counters have 32 bits and wrap; differences are taken modulo 2^32.</summary>
    public static ConntrackCounters operator -(ConntrackCounters left, ConntrackCounters right) => left.Combine(right, -1);

    /// <summary>Same as the operator +.</summary>
    public static ConntrackCounters Add(ConntrackCounters left, ConntrackCounters right) => left + right;

    /// <summary>Same as the operator -.</summary>
    public static ConntrackCounters Subtract(ConntrackCounters left, ConntrackCounters right) => left - right;

    private ConntrackCounters Combine(ConntrackCounters other, int sign)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ConntrackCounters
        {
            Found = Join(Found, other.Found, sign),
            InsertFailed = Join(InsertFailed, other.InsertFailed, sign),
            Drop = Join(Drop, other.Drop, sign),
            EarlyDrop = Join(EarlyDrop, other.EarlyDrop, sign),
            ClashResolve = Join(ClashResolve, other.ClashResolve, sign),
            ChainTooLong = Join(ChainTooLong, other.ChainTooLong, sign),
            SearchRestart = Join(SearchRestart, other.SearchRestart, sign),
        };
    }

    private static long Join(long left, long right, int sign) => sign > 0 ? left + right : unchecked((uint)(left - right));

    private static long? Join(long? left, long? right, int sign) => left is { } a && right is { } b ? Join(a, b, sign) : null;
}
