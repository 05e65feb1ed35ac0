using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Reports.Comparison;

/// <summary>One figure of two partner cells.</summary>
/// <param name="Workload">The workload that both were given, without what the comparison goes across.</param>
/// <param name="Metric">The figure: <c>insert_failed</c> or <c>connections/s</c>.</param>
/// <param name="First">The base's value as tables show it.</param>
/// <param name="Second">The other's value as tables show it.</param>
/// <param name="Ratio">The second over the first, or null when a value is missing.</param>
/// <param name="Verdict">What was found.</param>
/// <param name="Remark">Why it is undecided or the same, where the interval does not say it; or null.</param>
public sealed record CellComparison(
    Workload Workload, string Metric, string First, string Second, RatioEstimate? Ratio, Verdict Verdict, string? Remark)
{
    /// <summary>
    /// The chance of so bad a figure, or a worse one, if there were no difference; null unless the verdict is worse.
    /// </summary>
    public double? WorseByChance { get; init; }

    /// <summary>Whether a verdict was possible: there is an interval, and nothing took the verdict away.</summary>
    internal bool IsJudged => Verdict != Verdict.Undecided || (Ratio?.Low is not null && Remark is null);
}
