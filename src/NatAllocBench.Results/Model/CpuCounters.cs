namespace NatAllocBench.Results.Model;

/// <summary>
/// The kernel's conntrack counters of one CPU over the measured connections of all trials. A counter that the kernel of the era does not
/// print, or that was not read, is null, never 0.
/// </summary>
public sealed record CpuCounters
{
    /// <summary>Nodes walked by lookups that did not match; up to 4.8.</summary>
    public long? Searched { get; init; }

    /// <summary>NAT probes answered "taken"; up to 4.8 also packets of known connections.</summary>
    public long? Found { get; init; }

    /// <summary>Entries created; up to 4.8.</summary>
    public long? New { get; init; }

    /// <summary>Packets that could not be tracked.</summary>
    public long? Invalid { get; init; }

    /// <summary>Packets not tracked; up to 5.9.</summary>
    public long? Ignore { get; init; }

    /// <summary>Entries deleted; up to 4.8.</summary>
    public long? Delete { get; init; }

    /// <summary>Entries queued for deletion; up to 4.8.</summary>
    public long? DeleteList { get; init; }

    /// <summary>Entries inserted; from 4.9 on only those made through ctnetlink.</summary>
    public long? Insert { get; init; }

    /// <summary>Entries that failed to be inserted.</summary>
    public long? InsertFailed { get; init; }

    /// <summary>Packets dropped by conntrack.</summary>
    public long? Drop { get; init; }

    /// <summary>Entries evicted because the table was full.</summary>
    public long? EarlyDrop { get; init; }

    /// <summary>Malformed packets.</summary>
    public long? Error { get; init; }

    /// <summary>Lookups that started over.</summary>
    public long? SearchRestart { get; init; }

    /// <summary>Clashes resolved; from 5.10.</summary>
    public long? ClashResolve { get; init; }

    /// <summary>Insertions refused because a chain was too long; from 5.15.</summary>
    public long? ChainTooLong { get; init; }

    /// <summary>The sums of two counts; null where one of them is.</summary>
    internal CpuCounters Plus(CpuCounters other) => new()
    {
        Searched = Searched + other.Searched,
        Found = Found + other.Found,
        New = New + other.New,
        Invalid = Invalid + other.Invalid,
        Ignore = Ignore + other.Ignore,
        Delete = Delete + other.Delete,
        DeleteList = DeleteList + other.DeleteList,
        Insert = Insert + other.Insert,
        InsertFailed = InsertFailed + other.InsertFailed,
        Drop = Drop + other.Drop,
        EarlyDrop = EarlyDrop + other.EarlyDrop,
        Error = Error + other.Error,
        SearchRestart = SearchRestart + other.SearchRestart,
        ClashResolve = ClashResolve + other.ClashResolve,
        ChainTooLong = ChainTooLong + other.ChainTooLong,
    };

    /// <summary>The counters by the names that <c>conntrack -S</c> prints, in its order.</summary>
    /// <returns>The counters that exist.</returns>
    public IEnumerable<(string Name, long Value)> Named() =>
        new (string Name, long? Value)[]
        {
            ("searched", Searched), ("found", Found), ("new", New), ("invalid", Invalid), ("ignore", Ignore), ("delete", Delete),
            ("delete_list", DeleteList), ("insert", Insert), ("insert_failed", InsertFailed), ("drop", Drop), ("early_drop", EarlyDrop),
            ("error", Error), ("search_restart", SearchRestart), ("clash_resolve", ClashResolve), ("chaintoolong", ChainTooLong),
        }
        .Where(counter => counter.Value is not null)
        .Select(counter => (counter.Name, counter.Value!.Value));
}
