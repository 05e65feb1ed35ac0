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

    /// <summary>Time that the workers waited for the system's mutex, ns; null where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? LockWaitNs { get; init; }

    /// <summary>How the workers ran; null in runs from before it was measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrialOverlaps? Overlap { get; init; }

    /// <summary>The seed of each trial.</summary>
    public IReadOnlyList<ulong>? Seeds { get; init; }

    /// <summary>The process of each trial, counted from 0; null where one process made all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Process { get; init; }

    /// <summary>The median speed of each process, or null where one process made all trials or they have no speeds.</summary>
    /// <returns>Connections per second, in the order of the processes.</returns>
    public IReadOnlyList<double>? ProcessMedians() =>
        Process is { } process && ConnectionsPerSecond is { } speeds ? ProcessLevel.Medians(process, speeds) : null;

    /// <summary>The failure rate of each process, or null where one process made all trials.</summary>
    /// <returns>Shares, in the order of the processes.</returns>
    public IReadOnlyList<double>? ProcessRates() => Process is not { } process ? null :
    [
        .. process.Zip(Attempts, InsertFailed).GroupBy(trial => trial.First)
            .Select(trials => (double)trials.Sum(trial => trial.Third) / trials.Sum(trial => trial.Second)),
    ];

    /// <summary>The trials of several processes one after the other; a list that one of them lacks is null.</summary>
    internal static RaceTrials Join(IReadOnlyList<RaceTrials> parts) => new()
    {
        Attempts = [.. parts.SelectMany(p => p.Attempts)],
        InsertFailed = [.. parts.SelectMany(p => p.InsertFailed)],
        FailedKeepPort = Join(parts, p => p.FailedKeepPort),
        FailedSearch = Join(parts, p => p.FailedSearch),
        FailedExhausted = Join(parts, p => p.FailedExhausted),
        FailedChain = Join(parts, p => p.FailedChain),
        ConnectionsPerSecond = Join(parts, p => p.ConnectionsPerSecond),
        SlowestWorkerConnectionsPerSecond = Join(parts, p => p.SlowestWorkerConnectionsPerSecond),
        FastestWorkerConnectionsPerSecond = Join(parts, p => p.FastestWorkerConnectionsPerSecond),
        Probes = Join(parts, p => p.Probes),
        Found = Join(parts, p => p.Found),
        LockWaitNs = Join(parts, p => p.LockWaitNs),
        Overlap = parts.All(p => p.Overlap is not null) ? TrialOverlaps.Join([.. parts.Select(p => p.Overlap!)]) : null,
        Seeds = Join(parts, p => p.Seeds),
        Process = [.. parts.SelectMany((p, index) => Enumerable.Repeat(index, p.Attempts.Count))],
    };

    /// <summary>A list of several parts one after the other, or null where one lacks it.</summary>
    internal static IReadOnlyList<T>? Join<TPart, T>(IReadOnlyList<TPart> parts, Func<TPart, IReadOnlyList<T>?> list) =>
        parts.All(p => list(p) is not null) ? [.. parts.SelectMany(p => list(p)!)] : null;
}
