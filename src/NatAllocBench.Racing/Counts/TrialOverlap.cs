namespace NatAllocBench.Racing.Counts;

/// <summary>How the workers of one trial ran: whether they ran together at all, and how far apart their CPUs were.</summary>
internal sealed record TrialOverlap
{
    /// <summary>
    /// A trial or a round counts if its workers ran together for at least this share of it, 0 to 1. Fixed before anything is measured, the
    /// same for every mode. A closed loop that lacks a twentieth of the overlap loses at most a twentieth of its collisions.
    /// </summary>
    public const double LeastShare = 0.95;

    /// <summary>
    /// Closed and Poisson arrivals: share of the trial in which all workers ran, from the first start to the first end, 0 to 1.
    /// Rounds: share of the rounds in which the workers ran together, the others being dropped.
    /// </summary>
    public required double Share { get; init; }

    /// <summary>How long after the common start the last worker left the gate, ns.</summary>
    public required double LateNs { get; init; }

    /// <summary>Moments at which a worker's clock shows that it did not run, over all workers.</summary>
    public required int Gaps { get; init; }

    /// <summary>The longest of them, ns; 0 without one.</summary>
    public required double LongestGapNs { get; init; }

    /// <summary>Involuntary context switches of all workers as the kernel counts them; null where it does not tell.</summary>
    public long? InvoluntarySwitches { get; init; }

    /// <summary>Connections per second of the slowest worker over those of the fastest, 0 to 1; null with one worker.</summary>
    public double? SpeedRatio { get; init; }

    /// <summary>Round trip of a cache line between the first two workers just before the trial, ns; null with one worker.</summary>
    public double? PingPongNs { get; init; }

    /// <summary>Time of the fixed reference loop on the slowest worker just before the trial, ns; null where it was not measured.</summary>
    public double? ReferenceNs { get; init; }

    /// <summary>Share of all CPUs' time that the hypervisor took during the trial, 0 to 1, in steps of 10 ms; null where unknown.</summary>
    public double? StolenShare { get; init; }

    /// <summary>Rounds of the trial, ticks, bursts or pairs; 0 where there are none.</summary>
    public int Rounds { get; init; }

    /// <summary>Rounds that do not count, because the workers did not run together.</summary>
    public int DroppedRounds { get; init; }

    /// <summary>Whether the trial counts: without rounds by its share, with rounds if one is left.</summary>
    public bool Counts => Rounds == 0 ? Share >= LeastShare : DroppedRounds < Rounds;
}
