namespace NatAllocBench.Tracing;

/// <summary>Part 5 of the report: what the runtime did, and whether it fell into trials.</summary>
internal static class RuntimeSection
{
    public static void Write(RaceTrace trace, TextWriter writer)
    {
        writer.WriteLine("5. Garbage collection, suspension, contention, preemption");
        var table = new TextColumns("", "in the trace", "inside trials", "ms inside trials");
        foreach ((DisturbanceKind kind, int count, int inside, double msInside) in Counts(trace))
        {
            table.Add(
                CollisionSection.Name(kind), Figure.Count(count), Figure.Count(inside), FormattableString.Invariant($"{msInside:0.000}"));
        }

        table.Write(writer);
        int collections = trace.Trials.Sum(trial => trial.Collections);
        writer.WriteLine(collections == 0
            ? "  The race counted no collection inside a trial."
            : $"  The race counted {Figure.Count(collections)} collections inside trials: these trials are spoilt.");
        writer.WriteLine(
            "  Preemptions are those in the midst of a connection. Suspensions that are not for a collection are mostly the stack");
        writer.WriteLine("  samples of this trace, one a millisecond; record with --no-profile to be without them.");
        foreach (string failure in trace.Trials.SelectMany(trial => trial.PinFailures).Distinct())
        {
            writer.WriteLine($"  not pinned: {failure}");
        }
    }

    /// <summary>For each kind of disturbance how many there were, how many fell into complete trials, and for how long.</summary>
    public static IEnumerable<(DisturbanceKind Kind, int Count, int Inside, double MsInside)> Counts(RaceTrace trace)
    {
        List<(double From, double To)> trials =
            [.. trace.Complete.Select(trial => (trial.ToTraceMs(trial.StartTick), trial.ToTraceMs(trial.EndTick)))];
        foreach (DisturbanceKind kind in Enum.GetValues<DisturbanceKind>())
        {
            List<Disturbance> spans = kind == DisturbanceKind.Preemption
                ? [.. trace.Trials.SelectMany(trial => trial.Preemptions)]
                : [.. trace.Runtime.Where(span => span.Kind == kind)];
            List<Disturbance> inside = [.. spans.Where(span => trials.Exists(trial => span.Overlaps(trial.From, trial.To)))];
            yield return (kind, spans.Count, inside.Count, inside.Sum(span => span.ToMs - span.FromMs));
        }
    }
}
