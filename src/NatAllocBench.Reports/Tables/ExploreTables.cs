using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The tables of an exploration: one per scenario and number of connections, a row for each outcome of a cell.</summary>
internal static class ExploreTables
{
    private static readonly ColumnSpec<Row>[] Names =
    [
        new("era", ColumnRole.Identity, r => r.Cell.Era, IsNumber: false),
        new("design", ColumnRole.Identity, r => r.Cell.Design, IsNumber: false),
        new("memory", ColumnRole.Parameter, r => r.Cell.Memory, IsNumber: false),
        new("outcome", ColumnRole.Identity, r => r.Outcome?.Outcome, IsNumber: false),
    ];

    private static readonly ColumnSpec<Row>[] MainFigures =
    [
        new("verdict", ColumnRole.Figure, r => r.Outcome?.Verdict, IsNumber: false),
        new("executions", ColumnRole.Figure, r => r.Outcome is { } outcome ? Figures.Count(outcome.Executions) : null),
    ];

    private static readonly ColumnSpec<Row>[] OtherFigures =
    [
        new("preemptions at least", ColumnRole.Figure, r => r.Outcome is { } outcome ? Figures.Count(outcome.Preemptions) : null),
        new("complete", ColumnRole.Figure, r => r.Cell.Complete ? "yes" : "no", IsNumber: false),
        new("of executions", ColumnRole.Figure, r => Figures.Count(r.Cell.Executions)),
        new("given up", ColumnRole.Part, r => Figures.Count(r.Cell.Blocked)),
        new(
            "every order with at most so many preemptions", ColumnRole.Figure,
            r => r.Cell.Preemptions is { } most ? Figures.Count(most) : null),
        new("repeat", ColumnRole.Figure, r => r.Outcome?.Replay, IsNumber: false),
    ];

    /// <summary>Lays out the cells with every column.</summary>
    /// <param name="cells">The cells, in the order of the rows.</param>
    public static IReadOnlyList<ResultTable> Build(IReadOnlyList<ExploreCell> cells) => Build(cells, [.. MainFigures, .. OtherFigures]);

    /// <summary>Lays out the cells with the main columns.</summary>
    /// <param name="cells">The cells, in the order of the rows.</param>
    public static IReadOnlyList<ResultTable> Main(IReadOnlyList<ExploreCell> cells) => Build(cells, MainFigures);

    private static ResultTable[] Build(IReadOnlyList<ExploreCell> cells, ColumnSpec<Row>[] figures) =>
    [
        .. cells.GroupBy(c => (c.Scenario, c.Connections)).Select(group => TableLayout.Build(
            $"{group.Key.Scenario}, {group.Key.Connections} connections", [.. group.SelectMany(Rows)], [.. Names, .. figures], _ => null)),
    ];

    private static IEnumerable<Row> Rows(ExploreCell cell) =>
        cell.Outcomes.Select(outcome => new Row(cell, outcome)).DefaultIfEmpty(new Row(cell, null));

    /// <summary>A row; without an outcome of a cell that was not begun.</summary>
    private sealed record Row(ExploreCell Cell, ExploreOutcome? Outcome);
}
