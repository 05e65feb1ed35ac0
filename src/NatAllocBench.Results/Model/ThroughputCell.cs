using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Model;

/// <summary>One measured cell of a throughput run: a table design under a workload. A value that does not exist is null, never 0.</summary>
public sealed record ThroughputCell
{
    /// <summary>The table design, for example <c>kernel-locks</c>.</summary>
    public required string Design { get; init; }

    /// <summary>The kernel era.</summary>
    public required string Era { get; init; }

    /// <summary>The allocation mode.</summary>
    public required string Mode { get; init; }

    /// <summary>Pinned worker threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Connections set up in a round.</summary>
    public required long Connections { get; init; }

    /// <summary>Destinations over which they spread.</summary>
    public required int Destinations { get; init; }

    /// <summary>Busy wait added between allocation and confirm, in nanoseconds.</summary>
    public double WindowAddedNs { get; init; }

    /// <summary>
    /// Connection establishment rate over all threads: the median of the kept rounds, or of the processes' medians where there are several.
    /// </summary>
    public double? ConnectionsPerSecond { get; init; }

    /// <summary>The lower end of the median's 95 % interval.</summary>
    public double? ConnectionsPerSecondLow { get; init; }

    /// <summary>The upper end of the median's 95 % interval.</summary>
    public double? ConnectionsPerSecondHigh { get; init; }

    /// <summary>The fastest kept round, in connections per second.</summary>
    public double? Best { get; init; }

    /// <summary>Memory per connection at full table, in bytes: what the process holds more than before the table was made.</summary>
    public double? BytesPerConnection { get; init; }

    /// <summary>Managed bytes allocated per connection in the timed part.</summary>
    public double? AllocatedBytesPerConnection { get; init; }

    /// <summary>Round trip of a cache line between the workers' CPUs beside this block, in nanoseconds.</summary>
    public double? PingPongNs { get; init; }

    /// <summary>
    /// Time of the fixed reference loop beside the blocks, in nanoseconds, the median; null in runs from before it was measured.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ReferenceNs { get; init; }

    /// <summary>Deletions per second over all threads, the median of the kept rounds.</summary>
    public double? TearDownPerSecond { get; init; }

    /// <summary>Connections expired per second over all threads, the median of the kept rounds.</summary>
    public double? ExpiredPerSecond { get; init; }

    /// <summary>Candidate ports probed per connection.</summary>
    public double? ProbesPerConnection { get; init; }

    /// <summary>Failed insertions per 1000 connections.</summary>
    public double? ClashesPer1000 { get; init; }

    /// <summary>Share of the connections that took the short path, 0 to 1; null for a design that has none.</summary>
    public double? ShortPathShare { get; init; }

    /// <summary>Collections of garbage per round while connections were set up.</summary>
    public double? CollectionsPerRound { get; init; }

    /// <summary>Rounds thrown away because a worker was preempted.</summary>
    public int? DroppedRounds { get; init; }

    /// <summary>
    /// Rounds left out because their block's cache line round trip was of another class than that of most blocks; null with one thread.
    /// </summary>
    public int? OtherPlacementRounds { get; init; }

    /// <summary>The slowest worker's speed over the fastest's, 0 to 1.</summary>
    public double? Fairness { get; init; }

    /// <summary>Raw values of each kept round, from which the cell's figures are computed.</summary>
    public ThroughputRounds? PerRound { get; init; }

    /// <summary>Why the cell holds no measurement; null when it does.</summary>
    public string? Missing { get; init; }
}

/// <summary>Raw values of the kept rounds, one element per round in the order they ran.</summary>
public sealed record ThroughputRounds
{
    /// <summary>Connections per second over all threads.</summary>
    public required IReadOnlyList<double> ConnectionsPerSecond { get; init; }

    /// <summary>Deletions per second over all threads.</summary>
    public IReadOnlyList<double>? TearDownPerSecond { get; init; }

    /// <summary>Connections expired per second over all threads, of the rounds that ended with an expiry.</summary>
    public IReadOnlyList<double>? ExpiredPerSecond { get; init; }

    /// <summary>Cache line round trip beside the round, in nanoseconds.</summary>
    public IReadOnlyList<double>? PingPongNs { get; init; }

    /// <summary>Time of the fixed reference loop on the slowest worker beside the round's block, in nanoseconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? ReferenceNs { get; init; }

    /// <summary>Share of all CPUs' time that the hypervisor took during the round's block, 0 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? StolenShare { get; init; }

    /// <summary>The process of each round, counted from 0; null where one process made all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Process { get; init; }

    /// <summary>The median of each process, or null where one process made all rounds.</summary>
    /// <returns>Connections per second, in the order of the processes.</returns>
    public IReadOnlyList<double>? ProcessMedians() => Process is { } process ? ProcessLevel.Medians(process, ConnectionsPerSecond) : null;
}
