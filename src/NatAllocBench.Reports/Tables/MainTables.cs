using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>
/// What is shown of a run at first: at most six columns a table, what a reader looks for and nothing else. <see cref="RunTables.Build"/>
/// has everything.
/// </summary>
public static class MainTables
{
    /// <summary>The most columns of a table.</summary>
    public const int MaxColumns = 6;

    /// <summary>The tables of a run.</summary>
    /// <returns>The tables in the order of the cells.</returns>
    public static IReadOnlyList<ResultTable> Of(RunRecord run) => run switch
    {
        RunRecord<RaceCell> race =>
            [.. race.Cells.GroupBy(c => (c.Preset, c.Series)).Select(g => Race(RaceTables.Title(g.Key.Preset, g.Key.Series), [.. g]))],
        RunRecord<ThroughputCell> throughput => throughput.Cells.Count == 0
            ? [] : [Throughput(throughput.Cells), .. HashPrices.Of(throughput.Cells)],
        RunRecord<ScenarioCell> scenario => [.. scenario.Cells.GroupBy(c => c.Table).Select(g => Scenario(g.Key, [.. g]))],
        RunRecord<ComparisonCell> comparison => [.. comparison.Cells.GroupBy(c => c.Experiment).Select(g => Comparison(g.Key, [.. g]))],
        RunRecord<ExploreCell> explored => ExploreTables.Main(explored.Cells),
        _ => throw new ArgumentException($"no table for a run of {run.GetType().Name}", nameof(run)),
    };

    private static ResultTable Race(string title, IReadOnlyList<RaceCell> cells)
    {
        RateUnit unit = RateUnit.For(cells.Where(c => !c.IsPaced).Select(c => c.ConnectionsPerSecond));
        ColumnSpec<RaceCell>[] figures =
        [
            new("insert_failed [95 %]", ColumnRole.Figure, RaceTables.ShortRate),
            new("1 in N", ColumnRole.Figure, OneIn),
            new("cause", ColumnRole.Figure, Cause, IsNumber: false),
            new($"{unit.Short} conn/s".TrimStart(), ColumnRole.Figure, c => c.IsPaced ? null : unit.Format(c.ConnectionsPerSecond)),
        ];
        return Build(title, cells, RaceTables.Workload(cells), figures, c => c.Missing, c => c.Rate ?? 0);
    }

    private static ResultTable Throughput(IReadOnlyList<ThroughputCell> cells)
    {
        RateUnit unit = RateUnit.For(cells.Select(c => c.ConnectionsPerSecond));
        ColumnSpec<ThroughputCell>[] figures =
        [
            new($"{unit.Short} conn/s [95 %]".TrimStart(), ColumnRole.Figure,
                c => unit.Format(c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh)),
            new("bytes/conn", ColumnRole.Figure, c => c.BytesPerConnection is { } bytes ? Figures.Significant(bytes) : null),
            new("rounds", ColumnRole.Figure, c => c.PerRound is { } rounds ? Figures.Count(rounds.ConnectionsPerSecond.Count) : null),
        ];
        return Build("throughput", cells, ThroughputTables.Workload(cells), figures, c => c.Missing, c => c.ConnectionsPerSecond ?? 0);
    }

    private static ResultTable Scenario(string title, IReadOnlyList<ScenarioCell> cells)
    {
        string[] names = [.. cells.SelectMany(c => c.Figures).Select(f => f.Name).Distinct()];
        IEnumerable<ColumnSpec<ScenarioCell>> figures = names.Select(name => new ColumnSpec<ScenarioCell>(
            cells.Any(c => ScenarioTables.Find(c, name) is { Predicted: not null }) ? $"{name} (predicted)" : name,
            ColumnRole.Figure,
            c => WithPrediction(ScenarioTables.Find(c, name))));
        return Build(title, cells, ScenarioTables.Workload(cells), [.. figures], c => c.Missing, bar: null);
    }

    private static ResultTable Comparison(string title, IReadOnlyList<ComparisonCell> cells)
    {
        ColumnSpec<ComparisonCell>[] workload =
        [
            new("mode", ColumnRole.Identity, c => c.Mode, IsNumber: false),
            new("workload", ColumnRole.Identity, c => c.Parameters, IsNumber: false),
            new("quantity", ColumnRole.Parameter, c => c.Quantity, IsNumber: false),
        ];
        ColumnSpec<ComparisonCell>[] figures =
        [
            new("kernel", ColumnRole.Figure, c => c.Kernel is { } value ? Figures.Significant(value) : null),
            new("model", ColumnRole.Figure, c => c.Model is { } value ? Figures.Significant(value) : null),
            new("agree", ColumnRole.Figure, c => c.Agrees switch { true => "yes", false => "NO", null => null }, IsNumber: false),
        ];
        return Build(title, cells, workload, figures, c => c.Missing, bar: null);
    }

    // What names the row comes first and is never left out, as long as one figure is left.
    private static ResultTable Build<TCell>(
        string title,
        IReadOnlyList<TCell> cells,
        IEnumerable<ColumnSpec<TCell>> workload,
        IEnumerable<ColumnSpec<TCell>> figures,
        Func<TCell, string?> missing,
        Func<TCell, double>? bar)
    {
        // What was not measured has a reason that is too long for a column; the answer below the tables gives it.
        TCell[] measured = [.. cells.Where(c => missing(c) is null)];
        IReadOnlyList<TCell> rows = measured.Length > 0 ? measured : cells;
        ResultTable whole = TableLayout.Build(title, rows, [.. workload, .. figures], missing);
        int keys = Math.Min(whole.KeyColumns, MaxColumns - 1);
        int[] shown =
        [
            .. Enumerable.Range(0, keys),
            .. Enumerable.Range(whole.KeyColumns, whole.Columns.Count - whole.KeyColumns).Take(MaxColumns - keys),
        ];
        return whole with
        {
            Columns = [.. shown.Select(c => whole.Columns[c])],
            Rows = [.. whole.Rows.Select(row => shown.Select(c => row[c]).ToArray())],
            KeyColumns = keys,
            Bars = bar is null ? null : new TableBars(keys, [.. rows.Select(bar)]),
        };
    }

    private static string? OneIn(RaceCell cell) => cell switch
    {
        { Rate: > 0 and { } rate } => LossText.OneIn(rate),
        { Rate: 0, CannotRace: false, RateHigh: > 0 and { } high } => $">{LossText.OneInAtMost(high)}",
        _ => null,
    };

    // One cause, where it has nine in ten of the failures.
    private static string? Cause(RaceCell cell)
    {
        (string Name, long? Count)[] causes =
        [
            ("keep-port", cell.FailedKeepPort), ("search", cell.FailedSearch), ("exhausted", cell.FailedExhausted),
            ("chain", cell.FailedChain),
        ];
        return cell.InsertFailed is not > 0 || causes.All(c => c.Count is null) ? null
            : causes.Where(c => c.Count >= 0.9 * cell.InsertFailed).Select(c => c.Name).FirstOrDefault() ?? "mixed";
    }

    private static string? WithPrediction(ScenarioFigure? figure) => figure switch
    {
        null => null,
        { Predicted: null } => ScenarioTables.Measured(figure),
        { Agrees: false } => $"{ScenarioTables.Measured(figure)} (NOT {ScenarioTables.Predicted(figure)})",
        _ => $"{ScenarioTables.Measured(figure)} ({ScenarioTables.Predicted(figure)})",
    };
}
