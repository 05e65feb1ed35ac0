using System.Globalization;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The tables of a comparison between a live kernel and the model: one per experiment.</summary>
internal static class ComparisonTables
{
    /// <summary>Lays out the cells.</summary>
    /// <param name="cells">The cells, in the order of the rows.</param>
    /// <returns>The tables; what does not vary within a table is in its caption.</returns>
    public static IReadOnlyList<ResultTable> Build(IReadOnlyList<ComparisonCell> cells) =>
        [.. cells.GroupBy(c => c.Experiment).Select(g => TableLayout.Build(g.Key, [.. g], Columns(g.Key), c => c.Missing))];

    private static IReadOnlyList<ColumnSpec<ComparisonCell>> Columns(string experiment) =>
    [
        new("system", ColumnRole.Parameter, c => c.System, IsNumber: false),
        new("era of the model", ColumnRole.Parameter, c => c.Era, IsNumber: false),
        new("mode", ColumnRole.Identity, c => c.Mode, IsNumber: false),
        new("protocol", ColumnRole.Parameter, c => c.Protocol, IsNumber: false),
        new("workload", ColumnRole.Identity, c => c.Parameters, IsNumber: false),
        new("quantity", ColumnRole.Parameter, c => c.Quantity, IsNumber: false),
        new(
            experiment == ComparisonCell.RecordedKernels ? "kernel [repetitions]" : "kernel [95 %]",
            ColumnRole.Figure,
            c => Text(c.Kernel, c.KernelLow, c.KernelHigh)),
        new("model [95 %]", ColumnRole.Figure, c => Text(c.Model, c.ModelLow, c.ModelHigh)),
        new("kernel - model", ColumnRole.Figure, c =>
            c is { Difference: { } difference, Ratio: null, Remark: null } ? Figures.Significant(difference) : null),
        new("model / kernel", ColumnRole.Figure, c => c.Ratio?.ToString("0.00", CultureInfo.InvariantCulture)),
        new("agree", ColumnRole.Figure, c => c.Agrees switch { true => "yes", false => "NO", null => null }, IsNumber: false),
        new("why not", ColumnRole.Figure, c => c.Remark, IsNumber: false),
        new("counted", ColumnRole.Figure, c => c.KernelCount is { } count ? Figures.Count(count) : null),
        new("model's way", ColumnRole.Parameter, c => c.ModelMethod, IsNumber: false),
        new("test", ColumnRole.Parameter, c => c.Test, IsNumber: false),
    ];

    internal static string? Text(double? value, double? low, double? high) =>
        value is not { } v ? null
        : v == 0 && high is { } bound ? bound > 0 ? $"0 (< {Figures.Significant(bound)})" : "0"
        : Figures.WithInterval(v, low, high);
}
