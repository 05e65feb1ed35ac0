using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The table of throughput cells; the rates and the capacity are named as in RFC 9693.</summary>
public static class ThroughputTables
{
    /// <summary>Lays out the cells.</summary>
    /// <param name="cells">The cells, in the order of the rows.</param>
    /// <returns>
    /// One table, none without cells, and the price of SipHash where designs have two hashes; parameters that do not vary are in the
    /// caption.
    /// </returns>
    public static IReadOnlyList<ResultTable> Build(IReadOnlyList<ThroughputCell> cells) => cells.Count == 0
        ? []
        : [TableLayout.Build("throughput", cells, [.. Workload(cells), .. Measured(cells)], c => c.Missing), .. HashPrices.Of(cells)];

    /// <summary>A design's name in a table: what no kernel does is marked wherever it is shown.</summary>
    /// <param name="design">The design.</param>
    public static string Label(string design) => DesignNames.IsWhatIf(design) ? $"{design} ({NoKernel})" : design;

    /// <summary>The mark of a what-if.</summary>
    internal const string NoKernel = "no kernel does this";

    /// <summary>What names a row.</summary>
    internal static IEnumerable<ColumnSpec<ThroughputCell>> Workload(IReadOnlyList<ThroughputCell> cells) =>
    [
        new("design", ColumnRole.Identity, c => Label(c.Design), IsNumber: false),
        new("era", ColumnRole.Parameter, c => c.Era, IsNumber: false),
        new("mode", ColumnRole.Parameter, c => c.Mode, IsNumber: false),
        new("threads", ColumnRole.Parameter, c => Figures.Exact(c.Threads)),
        new("connections", ColumnRole.Parameter, c => Figures.Count(c.Connections)),
        new("destinations", ColumnRole.Parameter, c => Figures.Count(c.Destinations)),
        new("window (ns)", ColumnRole.Parameter, c => Figures.Exact(c.WindowAddedNs)),
        new(
            "variance", ColumnRole.Parameter, _ => cells.Any(c => c.PerRound is { Process: not null }) ? null : RaceTables.NotCovered,
            IsNumber: false),
    ];

    private static IEnumerable<ColumnSpec<ThroughputCell>> Measured(IReadOnlyList<ThroughputCell> cells)
    {
        RateUnit unit = RateUnit.For(cells.Select(c => c.Best ?? c.ConnectionsPerSecond));
        RateUnit tearDown = RateUnit.For(cells.Select(c => c.TearDownPerSecond));
        RateUnit expiry = RateUnit.For(cells.Select(c => c.ExpiredPerSecond));
        return
        [
            new($"establishment rate ({unit.Name}) [95 %]", ColumnRole.Figure,
                c => unit.Format(c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh)),
            new("p10 to p90 of the rounds", ColumnRole.Figure, c => Spreads.Quantiles(unit, c.PerRound?.ConnectionsPerSecond)),
            new("spread of the rounds", ColumnRole.Figure, c => Spreads.Remarks(c.PerRound?.ConnectionsPerSecond), IsNumber: false),
            new($"best ({unit.Name})", ColumnRole.Figure, c => unit.Format(c.Best)),
            new("rounds", ColumnRole.Figure, c => c.PerRound is { } rounds ? Figures.Count(rounds.ConnectionsPerSecond.Count) : null),
            new("processes", ColumnRole.Figure, c => c.PerRound?.Process is { } process ? Figures.Count(process[^1] + 1) : null),
            new("dropped rounds", ColumnRole.Part, c => c.DroppedRounds is { } dropped ? Figures.Count(dropped) : null),
            new("rounds of another placement", ColumnRole.Part, c => c.OtherPlacementRounds is { } other ? Figures.Count(other) : null),
            new("slowest/fastest worker", ColumnRole.Figure, c => Significant(c.Fairness)),
            new($"tear-down rate ({tearDown.Name})", ColumnRole.Figure, c => tearDown.Format(c.TearDownPerSecond)),
            new($"expiry rate ({expiry.Name})", ColumnRole.Figure, c => expiry.Format(c.ExpiredPerSecond)),
            new("probes per connection", ColumnRole.Figure, c => Significant(c.ProbesPerConnection)),
            new("short path (%)", ColumnRole.Figure, c => Significant(100 * c.ShortPathShare)),
            new("collections per round", ColumnRole.Figure, c => Significant(c.CollectionsPerRound)),
            new("clashes per 1000", ColumnRole.Figure, c => Significant(c.ClashesPer1000)),
            new("table capacity (bytes per connection)", ColumnRole.Figure, c => Significant(c.BytesPerConnection)),
            new("allocated bytes per connection", ColumnRole.Figure, c => Significant(c.AllocatedBytesPerConnection)),
            new("ping-pong (ns)", ColumnRole.Figure, c => Significant(c.PingPongNs)),
            new("reference loop (ns)", ColumnRole.Figure, c => Significant(c.ReferenceNs)),
        ];
    }

    private static string? Significant(double? value) => value is { } v ? Figures.Significant(v) : null;
}
