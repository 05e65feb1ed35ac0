namespace NatAllocBench.Racing.Counts;

/// <summary>One point of a distribution.</summary>
/// <param name="Percentile">Share of the recorded lengths that are not longer, 0 to 100.</param>
/// <param name="Nanoseconds">That length in nanoseconds.</param>
public sealed record WindowPercentile(double Percentile, double Nanoseconds);
