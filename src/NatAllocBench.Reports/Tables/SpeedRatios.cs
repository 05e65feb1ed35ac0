using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>
/// Throughput as prices and ratios: the time of a connection, and how many times as fast the model's designs are as the one of the row, by
/// medians and by best rounds. Every row names its hash.
/// </summary>
internal static class SpeedRatios
{
    private static readonly string[] Bases = ["kernel-locks", "lock-free", "batched"];

    /// <summary>The table of a run of throughput; none for another run.</summary>
    public static IReadOnlyList<ResultTable> Of(RunRecord run) =>
        run is RunRecord<ThroughputCell> { Cells: { Count: > 0 } cells } ? [Build(cells)] : [];

    private static ResultTable Build(IReadOnlyList<ThroughputCell> cells) => TableLayout.Build(
        "ratios",
        cells,
        [
            .. ThroughputTables.Workload(cells),
            new("hash", ColumnRole.Parameter, c => DesignNames.Hash(c.Design), IsNumber: false),
            new("ns for a connection", ColumnRole.Figure, c => Nanoseconds(c.ConnectionsPerSecond, c.Threads)),
            new("best round", ColumnRole.Figure, c => Nanoseconds(c.Best, c.Threads)),
            .. Bases.Select(
                name => new ColumnSpec<ThroughputCell>($"{name} : this (best)", ColumnRole.Figure, c => Ratio(Other(cells, c, name), c))),
        ],
        c => c.Missing);

    /// <summary>A design under the workload of a cell.</summary>
    internal static ThroughputCell? Other(IReadOnlyList<ThroughputCell> cells, ThroughputCell cell, string design) => cells.FirstOrDefault(
        other => other.Design == design && other.Era == cell.Era && other.Mode == cell.Mode && other.Threads == cell.Threads
            && other.Connections == cell.Connections && other.Destinations == cell.Destinations
                && other.WindowAddedNs == cell.WindowAddedNs);

    /// <summary>What a connection takes a thread.</summary>
    internal static string? Nanoseconds(double? perSecond, int threads) =>
        perSecond is > 0 ? Figures.Significant(1e9 * threads / perSecond.Value) : null;

    /// <summary>How many times as fast a design is as a cell, by medians and in brackets by best rounds; null without both.</summary>
    internal static string? Ratio(ThroughputCell? design, ThroughputCell cell)
    {
        if (design?.ConnectionsPerSecond is not { } rate || cell.ConnectionsPerSecond is not > 0)
        {
            return null;
        }

        string best = design.Best is { } fastest && cell.Best is > 0 ? $" ({Figures.Significant(fastest / cell.Best.Value)})" : "";
        return $"{Figures.Significant(rate / cell.ConnectionsPerSecond.Value)}{best}";
    }
}
