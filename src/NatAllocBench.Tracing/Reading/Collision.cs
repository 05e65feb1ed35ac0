using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>A failed insertion and the connection that stood in its way.</summary>
public sealed class Collision
{
    /// <summary>Number in the trace, from 1, in order of time.</summary>
    public int Number { get; internal set; }

    /// <summary>The trial.</summary>
    public required TracedTrial Trial { get; init; }

    /// <summary>The connection that failed.</summary>
    public required TracedConnection Loser { get; init; }

    /// <summary>The connection that was there first; null if the entry stood before the trial, or a chain was too long.</summary>
    public required TracedConnection? Winner { get; init; }

    /// <summary>Client address of what stood in the way, an entry from before the trial included; zero if nothing did.</summary>
    public required IPv4Address WinnerClient { get; init; }

    /// <summary>Its client port.</summary>
    public required ushort WinnerPort { get; init; }

    /// <summary>Why it failed.</summary>
    public required FailureCause Cause { get; init; }

    /// <summary>What disturbed either side between its start and its end.</summary>
    public IReadOnlyList<Disturbance> Overlaps { get; internal set; } = [];

    /// <summary>Time between the two starts in nanoseconds; null without a winner.</summary>
    public double? StartDistanceNs => Winner is null ? null : Distance(Loser.StartTick, Winner.StartTick);

    /// <summary>Time between the two allocations in nanoseconds; null without a winner.</summary>
    public double? AllocationDistanceNs => Winner is null ? null : Distance(Loser.AllocatedTick, Winner.AllocatedTick);

    /// <summary>First tick of either side.</summary>
    public ulong FirstTick => Winner is null ? Loser.StartTick : Math.Min(Loser.StartTick, Winner.StartTick);

    /// <summary>Last tick of either side.</summary>
    public ulong LastTick => Winner is null ? Loser.EndTick : Math.Max(Loser.EndTick, Winner.EndTick);

    /// <summary>The loser's retransmissions, first to last.</summary>
    public IEnumerable<TracedRetransmission> Retransmissions => Trial.Retransmissions
        .Where(again => again.Client == Loser.Client && again.ClientPort == Loser.ClientPort && again.Destination == Loser.Destination)
        .OrderBy(again => again.Round);

    private double Distance(ulong a, ulong b) => Trial.ToNanoseconds(a > b ? a - b : b - a);
}
