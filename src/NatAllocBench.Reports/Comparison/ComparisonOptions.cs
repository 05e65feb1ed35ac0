using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>How runs are compared.</summary>
public sealed record ComparisonOptions
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

    /// <summary>
    /// How the runs lie in time; null for runs at different times, whose spread is looked up in the calibration of their machines.
    /// </summary>
    public RunTiming? Timing { get; init; }

    /// <summary>Directories of runs in which to look for the calibrations of the machines compared.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [];

    /// <summary>What is wrong with the options, in one line, or null.</summary>
    public string? WhyImpossible => (Threshold, RateNoiseFloor, TimeNoiseFloorNs) switch
    {
        (not (>= 0 and < 1e6), _, _) => "the threshold must be a share of 0 or more, for example 5%",
        (_, not (>= 0 and <= 1), _) => "the noise floor of rates must be a share from 0 to 1, for example 0.0001%",
        (_, _, not (>= 0 and < 1e9)) => "the noise floor of times must be 0 ns or more",
        _ => Across.Except(Workload.Names).FirstOrDefault() is { } unknown
            ? $"there is no parameter '{unknown}' to compare across; there are {string.Join(", ", Workload.Names)}"
            : null,
    };

    /// <summary>
    /// Exit with code 1 when a cell is worse; all cells are judged together, with a chance of a false alarm of at most 5 %.
    /// </summary>
    public bool FailOnWorse { get; init; }
}
