namespace NatAllocBench.Tracing;

/// <summary>Part 4 of the report: where the workers' time goes.</summary>
internal static class PhaseSection
{
    private const double LeastShare = 0.01;

    public static void Write(RaceTrace trace, PhaseProfile? profile, TextWriter writer)
    {
        writer.WriteLine("4. Where the workers' time goes");
        WriteSpans(trace, writer);
        writer.WriteLine("  Stack samples by phase, the sampled calls below each:");
        if (profile is null || profile.Count == 0)
        {
            writer.WriteLine(profile is null
                ? "  not read"
                : "  the trace has no stack samples of workers: it was recorded with --no-profile, or is too short");
            return;
        }

        ILookup<string, PhaseSample> phases = profile.Samples.ToLookup(sample => sample.Phase);
        int waiting = phases[Phases.Wait].Count();
        int busy = profile.Count - waiting;
        writer.WriteLine(
            $"  {Figure.Count(profile.Count)} of workers; in {Figure.Count(waiting)} ({Figure.Share(waiting, profile.Count)}) " +
            $"they wait for each other or for the next start. Of the other {Figure.Count(busy)}:");
        IEnumerable<string> names = phases.Select(phase => phase.Key).Union(Phases.OfConnection).Except([Phases.Wait]);
        foreach (string phase in names.OrderByDescending(phase => phases[phase].Count()))
        {
            WriteLine(writer, 0, phase, phases[phase].Count(), busy);
            WriteCalls(writer, 1, [.. phases[phase].Select(sample => sample.Frames)], busy);
        }

        writer.WriteLine(
            "  The runtime takes samples where threads can stop, so short methods that were inlined count for their caller (hash for");
        writer.WriteLine("  probe or the loop), and what has no safe point for the next one; the medians above are exact.");
    }

    /// <summary>The exact part: medians between the clock readings of each connection.</summary>
    private static void WriteSpans(RaceTrace trace, TextWriter writer)
    {
        string[] steps = ["choose (lookup, hash, probes)", "rewrite and added wait (mangle)", "confirm (lock, insert)"];
        var table = new TextColumns(["median ns", "", "load", .. steps]).Left(1, 2);
        foreach (var cell in trace.Cells)
        {
            var spans = cell.SelectMany(trial => trial.Connections.Values
                .Where(connection => connection.Number % trial.SampleEvery == 0)
                .Select(connection => (
                    Choose: trial.ToNanoseconds(connection.AllocatedTick - connection.StartTick),
                    Rewrite: trial.ToNanoseconds(connection.ConfirmTick - connection.AllocatedTick),
                    Confirm: trial.ToNanoseconds(connection.EndTick - connection.ConfirmTick)))).ToList();
            table.Add(
                cell.Key.Era, cell.Key.Mode, TraceReport.Load(trace, cell.Key.Load), Median(spans.Select(span => span.Choose)),
                Median(spans.Select(span => span.Rewrite)), Median(spans.Select(span => span.Confirm)));
        }

        table.Write(writer);
    }

    private static string Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? "-" : Figure.Ns(sorted[sorted.Length / 2]);
    }

    private static void WriteCalls(TextWriter writer, int depth, List<IReadOnlyList<string>> stacks, int total)
    {
        foreach (IGrouping<string, IReadOnlyList<string>> call in stacks
            .Where(stack => stack.Count >= depth)
            .GroupBy(stack => stack[depth - 1])
            .OrderByDescending(call => call.Count()))
        {
            if (call.Count() >= LeastShare * total)
            {
                WriteLine(writer, depth, call.Key, call.Count(), total);
                WriteCalls(writer, depth + 1, [.. call], total);
            }
        }
    }

    private static void WriteLine(TextWriter writer, int depth, string name, int count, int total) =>
        writer.WriteLine($"  {Figure.Share(count, total),8}  {new string(' ', 2 * depth)}{name}");
}
