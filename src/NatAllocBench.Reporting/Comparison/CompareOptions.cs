namespace NatAllocBench.Reporting;

/// <summary>How runs are compared.</summary>
public sealed record CompareOptions
{
    /// <summary>
    /// The relative difference that matters, 0 or more: 0.05 calls ratios from 1/1.05 to 1.05 the same. With 0 nothing is ever the same.
    /// </summary>
    public double Threshold { get; init; } = 0.05;

    /// <summary>Failure rates whose intervals end below this share are the same, whatever their ratio.</summary>
    public double RateNoiseFloor { get; init; } = 1e-6;

    /// <summary>Speeds whose times per connection differ by less than this many nanoseconds are the same, whatever their ratio.</summary>
    public double TimeNoiseFloorNs { get; init; } = 0.3;

    /// <summary>Parameters that may differ between partners, by their names in the run format, for example <c>cpus</c>.</summary>
    public IReadOnlySet<string> Across { get; init; } = new HashSet<string>();

    /// <summary>Exit with code 1 when a cell is worse.</summary>
    public bool FailOnWorse { get; init; }
}
