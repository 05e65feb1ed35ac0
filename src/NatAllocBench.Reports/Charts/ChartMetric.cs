namespace NatAllocBench.Reports.Charts;

/// <summary>A figure that charts can show: its axis and how to take its point from a cell.</summary>
internal sealed record ChartMetric<TCell>(
    string Slug, string Title, string YTitle, bool IsLogarithmic, string Note, Func<TCell, int, ChartPoint?> Point);

/// <summary>A parameter that charts can show a figure against.</summary>
internal sealed record ChartParameter<TCell>(
    string Name, string Slug, string ShortTitle, string Title, Func<TCell, double?> Value, IReadOnlyList<ChartMetric<TCell>> Metrics);
