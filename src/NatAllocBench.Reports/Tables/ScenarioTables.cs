using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The tables of scenario cells: one per title, every figure beside its prediction.</summary>
internal static class ScenarioTables
{
    /// <summary>The parameter that names a system other than Linux; it goes before its era.</summary>
    internal const string System = "system";

    /// <summary>Lays out the cells.</summary>
    /// <param name="cells">The cells, in the order of the rows.</param>
    /// <returns>The tables; parameters that do not vary within a table are in its caption.</returns>
    public static IReadOnlyList<ResultTable> Build(IReadOnlyList<ScenarioCell> cells) =>
        [.. cells.GroupBy(c => c.Table).Select(g => Table(g.Key, [.. g]))];

    /// <summary>The laws of the predictions, a line per figure and law.</summary>
    /// <returns>Plain text lines.</returns>
    public static IEnumerable<string> Laws(IReadOnlyList<ScenarioCell> cells) => cells
        .SelectMany(c => c.Figures)
        .Where(f => f.Law is not null)
        .Select(f => $"{f.Name}, predicted: {f.Law}")
        .Distinct();

    /// <summary>What names a row.</summary>
    internal static IEnumerable<ColumnSpec<ScenarioCell>> Workload(IReadOnlyList<ScenarioCell> cells) =>
    [
        .. Parameters(cells, name => name == System),
        new("era", ColumnRole.Identity, c => c.Era, IsNumber: false),
        new("mode", ColumnRole.Parameter, c => c.Mode, IsNumber: false),
        .. Parameters(cells, name => name != System),
    ];

    private static IEnumerable<ColumnSpec<ScenarioCell>> Parameters(IReadOnlyList<ScenarioCell> cells, Func<string, bool> chosen) =>
        cells.SelectMany(c => c.Parameters.Keys).Distinct().Where(chosen).Select(name =>
            new ColumnSpec<ScenarioCell>(name, ColumnRole.Parameter, c => c.Parameters.GetValueOrDefault(name), IsNumber: false));

    private static ResultTable Table(string title, IReadOnlyList<ScenarioCell> cells)
    {
        List<ColumnSpec<ScenarioCell>> columns = [.. Workload(cells)];
        foreach (string name in cells.SelectMany(c => c.Figures).Select(f => f.Name).Distinct())
        {
            bool hasInterval = cells.Any(c => Find(c, name) is { Low: not null });
            columns.Add(new(hasInterval ? $"{name} [95 %]" : name, ColumnRole.Figure, c => Measured(Find(c, name))));
            columns.Add(new($"{name}: predicted", ColumnRole.Figure, c => Predicted(Find(c, name))));
            columns.Add(
                new("agrees", ColumnRole.Figure, c => Find(c, name)?.Agrees is { } agrees ? agrees ? "yes" : "no" : null, IsNumber: false));
        }

        columns.Add(new("attempts", ColumnRole.Figure, c => c.Attempts is { } attempts ? Figures.Count(attempts) : null));
        columns.Add(new("trials", ColumnRole.Figure, c => c.Trials is { } trials ? Figures.Count(trials) : null));
        return TableLayout.Build(title, cells, columns, c => c.Missing);
    }

    internal static ScenarioFigure? Find(ScenarioCell cell, string name) => cell.Figures.FirstOrDefault(f => f.Name == name);

    internal static string? Measured(ScenarioFigure? figure) => figure switch
    {
        null => null,
        { IsShare: true, Low: { } low, High: { } high } => Figures.Rate(figure.Measured, low, high),
        { IsShare: true } => Percent(figure.Measured),
        { Low: null } => Number(figure.Measured),
        _ => Figures.WithInterval(figure.Measured, figure.Low, figure.High),
    };

    internal static string? Predicted(ScenarioFigure? figure) => figure switch
    {
        null or { Predicted: null } => null,
        { IsShare: true } => Percent(figure.Predicted!.Value),
        { Low: null } => Number(figure.Predicted!.Value),
        _ => Figures.Significant(figure.Predicted!.Value),
    };

    private static string Percent(double share) => share is > 0 and < 1e-8 ? "< 0.000001 %" : $"{Figures.Significant(share * 100)} %";

    /// <summary>A value without chance in it is printed whole if it is a whole number.</summary>
    private static string Number(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e15
        ? Figures.Count((long)value)
        : Figures.Significant(value);
}
