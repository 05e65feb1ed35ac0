namespace NatAllocBench.Racing.Throughput;

/// <summary>What one round of one design measured: an empty table was filled and emptied again, and its answer proven.</summary>
internal sealed record ThroughputRound
{
    /// <summary>Whether a worker was preempted for too much of it; its rates are then void.</summary>
    public required bool Preempted { get; init; }

    /// <summary>Connections set up per second; null if that phase was preempted.</summary>
    public required double? ConnectionsPerSecond { get; init; }

    /// <summary>Connections deleted per second; null if that phase was preempted.</summary>
    public required double? DeletedPerSecond { get; init; }

    /// <summary>Connections expired per second; null where the round did not expire, or was preempted.</summary>
    public double? ExpiredPerSecond { get; init; }

    /// <summary>Connections that were tried.</summary>
    public required long Attempts { get; init; }

    /// <summary>Connections that found a tuple taken at confirm.</summary>
    public required long InsertFailed { get; init; }

    /// <summary>Those of the attempts that belong to the slices in which the workers ran together.</summary>
    public required long CleanAttempts { get; init; }

    /// <summary>Those of them that failed.</summary>
    public required long CleanInsertFailed { get; init; }

    /// <summary>Candidates that were probed.</summary>
    public required long Probes { get; init; }

    /// <summary>Connections that took the short path; null for a table that has none.</summary>
    public long? ShortPath { get; init; }

    /// <summary>Managed bytes that the workers allocated while they set connections up.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Managed bytes that the workers allocated while they deleted connections, and set them up again and expired them.</summary>
    public required long RemovalAllocatedBytes { get; init; }

    /// <summary>Collections of garbage while connections were set up.</summary>
    public required int Collections { get; init; }

    /// <summary>Speed of the slowest worker over that of the fastest, 0 to 1.</summary>
    public required double Fairness { get; init; }

    /// <summary>Bytes that the process holds more with the full table than without it; measured in a table's first round only.</summary>
    public long? TableBytes { get; init; }

    /// <summary>Time of the fixed reference loop on the slowest worker's CPU beside the round's block, ns.</summary>
    public double? ReferenceNs { get; init; }

    /// <summary>Share of all CPUs' time that the hypervisor took during the round's block, 0 to 1; null where unknown.</summary>
    public double? StolenShare { get; init; }

    /// <summary>Cache line round trip between the workers' CPUs beside the round, ns; null with one worker.</summary>
    public double? PingPongNs { get; init; }
}
