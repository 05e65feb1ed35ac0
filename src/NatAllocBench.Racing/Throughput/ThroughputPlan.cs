using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Throughput;

/// <summary>What a run of <c>throughput</c> measures.</summary>
internal sealed record ThroughputPlan
{
    /// <summary>CPUs that may be used; the first ones are.</summary>
    public required CpuSet Cpus { get; init; }

    public required IReadOnlyList<TableDesign> Designs { get; init; }

    public required IReadOnlyList<ThroughputWorkload> Workloads { get; init; }

    /// <summary>Rounds of each design in a block.</summary>
    public required int RoundsOfBlock { get; init; }

    /// <summary>Undisturbed rounds of each cell that are enough.</summary>
    public required int MaxRounds { get; init; }

    /// <summary>Time limit, s.</summary>
    public required double Seconds { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Every option as resolved, for the run's record.</summary>
    public IReadOnlyDictionary<string, string> Resolved() => new Dictionary<string, string>
    {
        ["threads"] = Join(workload => workload.Threads.ToString(CultureInfo.InvariantCulture)),
        ["connections"] = Join(workload => workload.Connections.ToString(CultureInfo.InvariantCulture)),
        ["destinations"] = Join(workload => workload.Destinations.ToString(CultureInfo.InvariantCulture)),
        ["eras"] = Join(workload => workload.Era.Name),
        ["modes"] = Join(workload => workload.Mode.Name),
        ["window"] = Join(workload => Duration.Format(workload.WindowAddedNs)),
        ["designs"] = string.Join(',', Designs.Select(design => design.Name)),
        ["seconds"] = Seconds.ToString(CultureInfo.InvariantCulture),
        ["rounds"] = RoundsOfBlock.ToString(CultureInfo.InvariantCulture),
        ["max-rounds"] = MaxRounds.ToString(CultureInfo.InvariantCulture),
        ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
    };

    private string Join(Func<ThroughputWorkload, string> part) => string.Join(',', Workloads.Select(part).Distinct());
}
