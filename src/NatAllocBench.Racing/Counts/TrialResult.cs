using NatAllocBench.Netfilter.Views;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Counts;

/// <summary>What one trial measured, after its answer was proven against the table.</summary>
internal sealed record TrialResult
{
    /// <summary>The trial's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Sums over the workers of the connections that count.</summary>
    public required WorkerTally Total { get; init; }

    /// <summary>
    /// Sums over those that do not: the first of each worker and the rest of the slower ones (closed, Poisson), rounds whose workers did
    /// not run together. They are proven like the others.
    /// </summary>
    public WorkerTally LeftOut { get; init; }

    /// <summary>Sums over all connections, whether they count or not.</summary>
    public WorkerTally All => Total.Plus(LeftOut);

    /// <summary>How the workers ran.</summary>
    public required TrialOverlap Overlap { get; init; }

    /// <summary>Probes of the measured connections.</summary>
    public required long Probes { get; init; }

    /// <summary>Time that the workers waited for the system's mutex over the measured connections, ns; null where it has none.</summary>
    public double? LockWaitNs { get; init; }

    /// <summary>The kernel's <c>found</c> over the measured connections.</summary>
    public required long Found { get; init; }

    /// <summary>
    /// The kernel's counters of each CPU over the measured connections; which of them a kernel prints depends on its era.
    /// </summary>
    public required IReadOnlyList<CpuStatistics> Counters { get; init; }

    /// <summary>Connections per second of all workers together: from the first start to the last end.</summary>
    public required double ConnectionsPerSecond { get; init; }

    /// <summary>Connections per second of each worker that had clients.</summary>
    public required IReadOnlyList<double> WorkerConnectionsPerSecond { get; init; }

    /// <summary>Time from the last probe to the visible insertion, ns, of sampled connections.</summary>
    public required RecordedLengths Window { get; init; }

    /// <summary>Time between the allocations of the two connections of each collision, ns.</summary>
    public required RecordedLengths PairDistance { get; init; }

    /// <summary>
    /// Connections that still failed after each retransmission: element 0 after the first SYN, element 1 after the second, and so on.
    /// </summary>
    public required IReadOnlyList<long> FailedAfterSyn { get; init; }

    /// <summary>Failed insertions of each client, where there are at most 256; else empty.</summary>
    public required IReadOnlyList<long> FailedByClient { get; init; }

    /// <summary>Entries that had not expired at the end of a steady state; null without one.</summary>
    public long? Living { get; init; }

    /// <summary>Workers that could not be pinned, with the reason.</summary>
    public required IReadOnlyList<string> PinFailures { get; init; }

    /// <summary>Collections of garbage during the trial; anything but 0 spoils it.</summary>
    public required int Collections { get; init; }
}
