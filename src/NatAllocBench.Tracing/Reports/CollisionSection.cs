using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>Part 2 of the report: every collision.</summary>
internal static class CollisionSection
{
    public static void Write(RaceTrace trace, int most, TextWriter writer)
    {
        List<Collision> collisions = [.. trace.Collisions];
        writer.WriteLine($"2. Collisions: {Figure.Count(collisions.Count)}");
        var table = new TextColumns(
            "no.", "era", "mode", "cause", "loser", "cpu", "probes", "winner", "cpu", "probes", "start us", "alloc us", "port",
            "overlapped by")
            .Left(1, 2, 3, 4, 7, 13);
        foreach (Collision collision in collisions.Take(most))
        {
            TracedConnection loser = collision.Loser;
            TracedConnection? winner = collision.Winner;
            table.Add(
                Figure.Count(collision.Number), collision.Trial.Era, collision.Trial.Mode, collision.Cause.Name(),
                $"{loser.Client}:{loser.ClientPort}", Figure.Count(loser.Cpu), Figure.Count(loser.Probes),
                Winner(collision),
                winner is null ? "-" : Figure.Count(winner.Cpu), winner is null ? "-" : Figure.Count(winner.Probes),
                collision.StartDistanceNs is { } start ? Figure.Us(start) : "-",
                collision.AllocationDistanceNs is { } allocated ? Figure.Us(allocated) : "-",
                $"{loser.NatPort}", Describe(collision.Overlaps));
        }

        table.Write(writer);
        if (collisions.Count > most)
        {
            writer.WriteLine($"  {Figure.Count(collisions.Count - most)} more; --collisions N shows more.");
        }

        foreach (IGrouping<string, Collision> overlapped in collisions
            .SelectMany(collision => collision.Overlaps.Select(o => (Kind: Name(o.Kind), collision)).Distinct())
            .GroupBy(pair => pair.Kind, pair => pair.collision))
        {
            string share = Figure.Share(overlapped.Count(), collisions.Count);
            writer.WriteLine($"  overlapped by {overlapped.Key}: {Figure.Count(overlapped.Count())} ({share})");
        }
    }

    public static string Name(DisturbanceKind kind) => kind switch
    {
        DisturbanceKind.Collection => "garbage collection",
        DisturbanceKind.Suspension => "runtime suspension",
        DisturbanceKind.Contention => "lock contention",
        _ => "preemption",
    };

    private static string Winner(Collision collision) => (collision.Cause, collision.Winner) switch
    {
        (FailureCause.Chain, _) => "none (chain too long)",
        (_, null) when collision.WinnerPort == 0 => "unknown (gone before it was read)",
        (_, null) => $"{collision.WinnerClient}:{collision.WinnerPort} (not of this trial)",
        (_, { } winner) => $"{winner.Client}:{winner.ClientPort}",
    };

    private static string Describe(IReadOnlyList<Disturbance> overlaps) => overlaps.Count == 0
        ? "nothing"
        : string.Join(", ", overlaps.Select(o => o.Cpu is { } cpu ? $"{Name(o.Kind)} of CPU {cpu}" : Name(o.Kind)).Distinct());
}
