using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Model;

/// <summary>Raw values of a cell's trials, one element per trial in the order they ran. Arrays that do not exist are null.</summary>
public sealed record RaceTrials
{
    /// <summary>Connections tried.</summary>
    public required IReadOnlyList<long> Attempts { get; init; }

    /// <summary>Connections that failed to be inserted.</summary>
    public required IReadOnlyList<long> InsertFailed { get; init; }

    /// <summary>Keep-port failures.</summary>
    public IReadOnlyList<long>? FailedKeepPort { get; init; }

    /// <summary>Search-race failures.</summary>
    public IReadOnlyList<long>? FailedSearch { get; init; }

    /// <summary>Failures after an exhausted search.</summary>
    public IReadOnlyList<long>? FailedExhausted { get; init; }

    /// <summary>Failures by a long chain.</summary>
    public IReadOnlyList<long>? FailedChain { get; init; }

    /// <summary>Connections per second over all workers.</summary>
    public IReadOnlyList<double>? ConnectionsPerSecond { get; init; }

    /// <summary>Connections per second of the slowest worker.</summary>
    public IReadOnlyList<double>? SlowestWorkerConnectionsPerSecond { get; init; }

    /// <summary>Connections per second of the fastest worker.</summary>
    public IReadOnlyList<double>? FastestWorkerConnectionsPerSecond { get; init; }

    /// <summary>Tuples tested.</summary>
    public IReadOnlyList<long>? Probes { get; init; }

    /// <summary>Tested tuples that were taken.</summary>
    public IReadOnlyList<long>? Found { get; init; }

    /// <summary>How the workers ran; null in runs from before it was measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrialOverlaps? Overlap { get; init; }

    /// <summary>The seed of each trial.</summary>
    public IReadOnlyList<ulong>? Seeds { get; init; }
}
