using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The tables of race cells: one per preset and series, and one of delays where they were computed.</summary>
public static class RaceTables
{
    /// <summary>What intervals of a single process leave out.</summary>
    internal const string NotCovered = "within one process: that between runs is not covered";

    private const string OneCpu = "0 (1 CPU: nothing can race)";

    /// <summary>Lays out the cells.</summary>
    /// <param name="cells">The cells, in the order of the rows.</param>
    /// <returns>The tables; parameters that do not vary within a table are in its caption.</returns>
    public static IReadOnlyList<ResultTable> Build(IReadOnlyList<RaceCell> cells) =>
        [.. cells.GroupBy(c => (c.Preset, c.Series)).SelectMany(g => Group(Title(g.Key.Preset, g.Key.Series), [.. g]))];

    internal static string Title(string? preset, string? series) => (preset, series) switch
    {
        (null, null) => "race",
        (null, _) => series,
        (_, null) => preset,
        _ => $"{preset}: {series}",
    };

    private static IEnumerable<ResultTable> Group(string title, IReadOnlyList<RaceCell> cells)
    {
        yield return TableLayout.Build(title, cells, [.. Workload(cells), .. Measured(cells)], c => c.Missing);
        double[] delays = [.. cells.SelectMany(c => c.Delayed ?? []).Select(d => d.Seconds).Distinct().Order()];
        if (delays.Length > 0)
        {
            IEnumerable<ColumnSpec<RaceCell>> columns = delays.Select(seconds => new ColumnSpec<RaceCell>(
                $"wait {Figures.Exact(seconds)} s [95 %]", ColumnRole.Figure, c => Share(c, seconds)));
            yield return TableLayout.Build($"{title}: delays that users feel", cells, [.. Workload(cells), .. columns], c => c.Missing);
        }
    }

    /// <summary>What names a row.</summary>
    internal static IEnumerable<ColumnSpec<RaceCell>> Workload(IReadOnlyList<RaceCell> cells) =>
    [
        new("system", ColumnRole.Parameter, c => c.System, IsNumber: false),
        new("era", ColumnRole.Identity, c => c.Era, IsNumber: false),
        new("mode", ColumnRole.Identity, c => c.Mode, IsNumber: false),
        new("protocol", ColumnRole.Parameter, c => c.Protocol, IsNumber: false),
        new("CPUs", ColumnRole.Parameter, c => Figures.Exact(c.Cpus)),
        new("clients", ColumnRole.Parameter, c => Figures.Exact(c.Clients)),
        new("threads per client", ColumnRole.Parameter, c => Exact(c.Threads)),
        new("destinations", ColumnRole.Parameter, c => Figures.Exact(c.Destinations)),
        new("pool addresses", ColumnRole.Parameter, c => Exact(c.Pool)),
        new("ports", ColumnRole.Parameter, c => c is { PortMin: { } low, PortMax: { } high } ? $"{low}-{high}" : null),
        new("occupancy", ColumnRole.Parameter, c => Exact(c.Occupancy)),
        new("added window (ns)", ColumnRole.Parameter, c => Exact(c.WindowAddedNs)),
        new("path time (ns)", ColumnRole.Parameter, c => Exact(c.PathTimeNs)),
        new("fill", ColumnRole.Parameter, c => c.Fill, IsNumber: false),
        new("churn (connections/s)", ColumnRole.Parameter, c => Exact(c.ChurnPerSecond)),
        new("arrival", ColumnRole.Parameter, c => c.Arrival, IsNumber: false),
        new("source ports", ColumnRole.Parameter, c => c.SourcePorts, IsNumber: false),
        new(
            "variance", ColumnRole.Parameter, _ => cells.Any(c => c.PerTrial is { Process: not null }) ? null : NotCovered,
            IsNumber: false),
    ];

    private static IEnumerable<ColumnSpec<RaceCell>> Measured(IReadOnlyList<RaceCell> cells)
    {
        RateUnit unit = RateUnit.For(cells.Where(c => !c.IsPaced).Select(c => c.ConnectionsPerSecond));
        return
        [
            new("insert_failed [95 %]", ColumnRole.Figure, Rate),
            new("predicted", ColumnRole.Figure, c => c.PredictedRate is { } rate
                ? $"{Figures.Significant(rate * 100)} %"
                : c.NotPredicted is { } why ? $"- ({why})" : null),
            new("steady entries", ColumnRole.Figure, c => Significant(c.SteadyEntries)),
            new("by Little's law", ColumnRole.Figure, c => Significant(c.SteadyEntriesPredicted)),
            new("attempts", ColumnRole.Figure, c => Count(c.Attempts)),
            new("trials", ColumnRole.Figure, c => Count(c.Trials)),
            new("processes", ColumnRole.Figure, c => c.PerTrial?.Process is { } process ? Figures.Count(process[^1] + 1) : null),
            new("trials dropped", ColumnRole.Part, c => Count((c.Dropped?.NotTogether ?? 0) + (c.Dropped?.OtherPlacement ?? 0))),
            new("rounds dropped", ColumnRole.Part, c => Count(c.PerTrial?.Overlap?.DroppedRounds?.Sum() ?? 0)),
            new("failed", ColumnRole.Figure, c => Count(c.InsertFailed)),
            new("keep-port race", ColumnRole.Part, c => Count(c.FailedKeepPort)),
            new("search race", ColumnRole.Part, c => Count(c.FailedSearch)),
            new("exhausted", ColumnRole.Part, c => Count(c.FailedExhausted)),
            new("long chain", ColumnRole.Part, c => Count(c.FailedChain)),
            new("clash resolved", ColumnRole.Part, c => Count(c.ClashResolved)),
            new($"{unit.Name} [95 %]", ColumnRole.Figure,
                c => c.IsPaced ? null : unit.Format(c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh)),
            new("spread of the trials", ColumnRole.Figure,
                c => c.IsPaced ? null : Spreads.Remarks(c.PerTrial?.ConnectionsPerSecond), IsNumber: false),
            new("ping-pong (ns)", ColumnRole.Figure, c => Significant(c.PingPongNs)),
            new("reference loop (ns)", ColumnRole.Figure, c => Significant(c.ReferenceNs)),
            new("probes per connection", ColumnRole.Figure, c => Significant(c.ProbesPerConnection)),
            new("found per connection", ColumnRole.Figure, c => Significant(c.FoundPerConnection)),
            new("lock wait per connection (ns)", ColumnRole.Figure, c => Significant(c.LockWaitNs)),
            new("window p50 (ns)", ColumnRole.Figure, c => Significant(c.WindowP50Ns)),
            new("window p99 (ns)", ColumnRole.Figure, c => Significant(c.WindowP99Ns)),
            new("connect p50 (us)", ColumnRole.Figure, c => Significant(c.ConnectP50Ns / 1000)),
            new("connect p99 (us)", ColumnRole.Figure, c => Significant(c.ConnectP99Ns / 1000)),
            new("pair distance p50 (ns)", ColumnRole.Figure, c => Significant(c.PairDistanceP50Ns)),
            new("pair distance p99 (ns)", ColumnRole.Figure, c => Significant(c.PairDistanceP99Ns)),
        ];
    }

    /// <summary>The failure rate in the digits of its value, a bound with what it rests on; on one CPU, that nothing can race.</summary>
    internal static string? Rate(RaceCell cell) =>
        Rate(
            cell,
            (rate, low, high) => rate == 0 ? $"{Figures.Rate(rate, low, high)[..^1]}, {Assumption(cell)})" : Figures.Rate(rate, low, high));

    /// <summary>The same in the digits of its interval, and a bound alone.</summary>
    internal static string? ShortRate(RaceCell cell) => Rate(cell, Figures.ShortRate);

    private static string? Rate(RaceCell cell, Func<double, double, double, string> text) => cell switch
    {
        { Rate: 0, CannotRace: true } => OneCpu,
        { Rate: { } rate, RateLow: { } low, RateHigh: { } high } => text(rate, low, high),
        _ => null,
    };

    // What the bound of a cell without failures rests on.
    private static string Assumption(RaceCell cell) => cell.NeighboursOverdispersion switch
    {
        null => "if independent",
        { } phi => $"neighbours' phi {Figures.Significant(phi)}",
    };

    // Eras differ in their schedules: a delay that the cell's era does not have is no value, not 0.
    private static string? Share(RaceCell cell, double seconds) =>
        cell.Delayed?.FirstOrDefault(d => d.Seconds == seconds) is { } delayed
            ? Figures.Rate(delayed.Share, delayed.Low, delayed.High)
            : null;

    private static string? Exact(double? value) => value is { } v ? Figures.Exact(v) : null;

    private static string? Significant(double? value) => value is { } v ? Figures.Significant(v) : null;

    private static string? Count(long? value) => value is { } v ? Figures.Count(v) : null;
}
