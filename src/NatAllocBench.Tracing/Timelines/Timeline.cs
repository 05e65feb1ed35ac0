using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>One collision as lanes in time, ready to be drawn. Times are nanoseconds from the first start.</summary>
public sealed class Timeline
{
    /// <summary>Lays out a collision.</summary>
    public Timeline(Collision collision)
    {
        TracedTrial trial = collision.Trial;
        Title =
            $"Collision {collision.Number}: {collision.Cause.Name()} race for {collision.Loser.NatAddress}:{collision.Loser.NatPort}, " +
            $"era {trial.Era}, mode {trial.Mode}";
        LengthNs = trial.ToNanoseconds(collision.LastTick - collision.FirstTick);
        Lanes = collision.Winner is { } winner
            ? [Lane("winner", winner), Lane("loser", collision.Loser)]
            : [Lane("loser", collision.Loser)];
        double origin = trial.ToTraceMs(collision.FirstTick);
        Disturbances =
        [
            .. collision.Overlaps.Select(o => new TimelineBand(
                Describe(o),
                o.Kind == DisturbanceKind.Preemption ? o.Cpu : null,
                Math.Clamp((o.FromMs - origin) * 1e6, 0, LengthNs),
                Math.Clamp((o.ToMs - origin) * 1e6, 0, LengthNs))),
        ];

        TimelineLane Lane(string role, TracedConnection connection) => new(
            role, connection, At(connection.StartTick), At(connection.AllocatedTick), At(connection.ConfirmTick), At(connection.EndTick));

        double At(ulong tick) => trial.ToNanoseconds(tick - collision.FirstTick);
    }

    // What is known of a disturbance is an interval that holds it: a worker was away for some of that time, or stopped at its next safe
    // point.
    private static string Describe(Disturbance disturbance)
    {
        string what = CollisionSection.Name(disturbance.Kind);
        string where = disturbance.Cpu is { } cpu ? $" of CPU {cpu}" : "";
        return disturbance.Kind is DisturbanceKind.Preemption or DisturbanceKind.Suspension
            ? $"{what}{where}, somewhere within"
            : what + where;
    }

    /// <summary>What is shown.</summary>
    public string Title { get; }

    /// <summary>Length in nanoseconds.</summary>
    public double LengthNs { get; }

    /// <summary>The winner's lane, if there is a winner, then the loser's.</summary>
    public IReadOnlyList<TimelineLane> Lanes { get; }

    /// <summary>What overlapped them.</summary>
    public IReadOnlyList<TimelineBand> Disturbances { get; }
}

/// <summary>One connection.</summary>
/// <param name="Role">winner or loser.</param>
/// <param name="StartNs">The packet reached the kernel.</param>
/// <param name="AllocatedNs">The mapping was chosen: the window begins.</param>
/// <param name="ConfirmNs">Confirm began.</param>
/// <param name="EndNs">Confirm returned: the window ends.</param>
public sealed record TimelineLane(
    string Role, TracedConnection Connection, double StartNs, double AllocatedNs, double ConfirmNs, double EndNs)
{
    /// <summary>Client, CPU and probes in words.</summary>
    public string Label =>
        $"{Role} {Connection.Client}:{Connection.ClientPort}, CPU {Connection.Cpu}, {Connection.Probes} probes, port {Connection.NatPort}";

    /// <summary>The three phases: name, begin and end in nanoseconds.</summary>
    public IEnumerable<(string Name, double FromNs, double ToNs)> Phases =>
        [("choose", StartNs, AllocatedNs), ("rewrite and wait", AllocatedNs, ConfirmNs), ("confirm", ConfirmNs, EndNs)];
}

/// <summary>A disturbance, clipped to the timeline.</summary>
/// <param name="Label">What it was.</param>
/// <param name="Cpu">The CPU whose lanes it concerns; null where it concerns all.</param>
/// <param name="FromNs">Begin.</param>
/// <param name="ToNs">End.</param>
public sealed record TimelineBand(string Label, int? Cpu, double FromNs, double ToNs);
