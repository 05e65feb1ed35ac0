using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>Lays out the comparison of one figure over all cells.</summary>
public static class ComparisonTable
{
    /// <summary>The table of a figure.</summary>
    /// <param name="cells">Comparisons of one figure.</param>
    /// <returns>A row per cell; parameters that do not vary are in the caption.</returns>
    public static ResultTable Build(IReadOnlyList<CellComparison> cells)
    {
        IEnumerable<string> names = cells.SelectMany(c => c.Workload.Parameters).Select(p => p.Key).Distinct();
        ColumnSpec<CellComparison>[] columns =
        [
            .. names.Select(name => new ColumnSpec<CellComparison>(
                Heading(name), Role(name), c => Parameter(c.Workload, name), IsNumber: false)),
            new("A", ColumnRole.Figure, c => c.First),
            new("B", ColumnRole.Figure, c => c.Second),
            new("B / A [95 %]", ColumnRole.Figure, c => Ratio(c.Ratio)),
            new(
                "pairs with B faster", ColumnRole.Figure,
                c => c.Ratio?.Superiority is { } share ? $"{Figures.Significant(share * 100)} %" : null),
            new("verdict", ColumnRole.Figure, c => Name(c.Verdict), IsNumber: false),
            new("remark", ColumnRole.Figure, c => c.Remark, IsNumber: false),
        ];
        return TableLayout.Build("comparison", cells, columns, _ => null);
    }

    /// <summary>A verdict in lower case, as tables print it.</summary>
    /// <returns><c>better</c>, <c>worse</c>, <c>same</c> or <c>undecided</c>.</returns>
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.Same => "same",
        _ => "undecided",
    };

    /// <summary>What a parameter is called above a column: the words of a run's own tables where they differ from the name.</summary>
    internal static string Heading(string parameter) => parameter switch
    {
        "cpus" => "CPUs",
        "portMin" => "lowest port",
        "portMax" => "highest port",
        "windowAddedNs" => "added window (ns)",
        "pathTimeNs" => "path time (ns)",
        "churnPerSecond" => "churn (connections/s)",
        "sourcePorts" => "source ports",
        _ => parameter,
    };

    internal static ColumnRole Role(string parameter) => parameter is "mode" or "design" ? ColumnRole.Identity : ColumnRole.Parameter;

    internal static string? Parameter(Workload workload, string name) => workload.Parameters.FirstOrDefault(p => p.Key == name).Value;

    private static string Percent(double share) => Figures.Significant(share * 100);

    private static string? Ratio(RatioEstimate? ratio) => ratio switch
    {
        null => null,
        // A ratio against zero has no value; the difference has one.
        { DifferenceLow: { } low, DifferenceHigh: { } high } => $"B - A: {Percent(low)} to {Percent(high)} %",
        { High: double.PositiveInfinity } => "any",
        _ => Figures.WithInterval(ratio.Ratio, ratio.Low, ratio.High),
    };
}
