using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Tables;

/// <summary>How the values behind a median spread, in words.</summary>
internal static class Spreads
{
    // Quantiles this far out mean nothing on fewer values.
    private const int Enough = 10;

    /// <summary>The 10th and the 90th percentile, or null with too few values.</summary>
    public static string? Quantiles(RateUnit unit, IReadOnlyList<double>? values) => values?.Count >= Enough
        ? $"{At(unit, values, 0.1)} to {At(unit, values, 0.9)}"
        : null;

    /// <summary>Several modes and outliers, or null where there are none.</summary>
    public static string? Remarks(IReadOnlyList<double>? values) =>
        values is not null && SampleStatistics.Instance.Remarks(values) is { Count: > 0 } remarks ? string.Join(", ", remarks) : null;

    private static string? At(RateUnit unit, IReadOnlyList<double> values, double probability) =>
        unit.Format(SampleStatistics.Instance.Quantile(values, probability).Value);
}
