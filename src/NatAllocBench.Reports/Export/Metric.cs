namespace NatAllocBench.Reports.Export;

/// <summary>One metric of a run.</summary>
/// <param name="Help">What it counts or measures.</param>
/// <param name="Samples">A sample for each cell that has it.</param>
public sealed record Metric(string Name, string Help, IReadOnlyList<MetricSample> Samples);

/// <summary>One sample of a metric.</summary>
/// <param name="Labels">What it belongs to, in the order of the text.</param>
public sealed record MetricSample(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value);
