using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>What SipHash costs: the designs of a run that were measured with it and with a fast hash, side by side.</summary>
internal static class HashPrices
{
    private const string Title = "price of SipHash";

    /// <summary>The table; none where no design has both.</summary>
    /// <param name="cells">The cells of a run of throughput.</param>
    public static IReadOnlyList<ResultTable> Of(IReadOnlyList<ThroughputCell> cells)
    {
        ThroughputCell[] fast = [.. cells.Where(cell => Slow(cells, cell) is not null && cell.Missing is null)];
        return fast.Length == 0 ? [] : [TableLayout.Build(Title, fast, Columns(cells), _ => null)];
    }

    private static ThroughputCell? Slow(IReadOnlyList<ThroughputCell> cells, ThroughputCell fast) =>
        DesignNames.WithSipHash(fast.Design) is { } name ? SpeedRatios.Other(cells, fast, name) : null;

    private static ColumnSpec<ThroughputCell>[] Columns(IReadOnlyList<ThroughputCell> cells) =>
    [
        .. ThroughputTables.Workload(cells),
        new("ns with SipHash", ColumnRole.Figure, c => Slow(cells, c) is { } slow ? Time(slow) : null),
        new("ns with the fast hash", ColumnRole.Figure, Time),
        new("fast : SipHash (best)", ColumnRole.Figure, c => Slow(cells, c) is { } slow ? SpeedRatios.Ratio(c, slow) : null),
    ];

    private static string? Time(ThroughputCell cell) => SpeedRatios.Nanoseconds(cell.ConnectionsPerSecond, cell.Threads);
}
