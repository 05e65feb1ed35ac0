namespace NatAllocBench.Tracing;

/// <summary>Part 4 of the report: where the workers' time goes.</summary>
internal static class PhaseSection
{
    private const double LeastShare = 0.01;

    public static void Write(RaceTrace trace, PhaseProfile? profile, TextWriter writer)
    {
        writer.WriteLine("4. Where the workers' time goes");
        WriteSpans(trace, writer);
        writer.WriteLine("  Stack samples by phase, calls below:");
        if (profile is null || profile.Count == 0)
        {
            writer.WriteLine(profile is null ? "  not read" : "  the trace has no stack samples of workers: it was recorded with --no-profile, or is too short");
            return;
        }

        foreach (IGrouping<string, PhaseSample> phase in profile.Samples.GroupBy(sample => sample.Phase).OrderByDescending(phase => phase.Count()))
        {
            WriteLine(writer, 0, phase.Key, phase.Count(), profile.Count);
            WriteCalls(writer, 1, [.. phase.Select(sample => sample.Frames)], profile.Count);
        }

        writer.WriteLine($"  {Figure.Count(profile.Count)} samples. The runtime takes them where threads can stop, so short methods that were inlined");
        writer.WriteLine("  count for their caller (loop and other), and loops without a safe point for the next one; the medians above are exact.");
    }

    /// <summary>The exact part: medians between the clock readings of each connection.</summary>
    private static void WriteSpans(RaceTrace trace, TextWriter writer)
    {
        var table = new TextColumns("median ns", "", "choose (lookup, hash, probes)", "rewrite and added wait (mangle)", "confirm (lock, insert)").Left(1);
        foreach (var cell in trace.Trials.Where(trial => trial.IsComplete).GroupBy(trial => (trial.Era, trial.Mode)).OrderBy(cell => cell.Key))
        {
            var spans = cell.SelectMany(trial => trial.Connections.Values
                .Where(connection => connection.Number % trial.SampleEvery == 0)
                .Select(connection => (
                    Choose: trial.ToNanoseconds(connection.AllocatedTick - connection.StartTick),
                    Rewrite: trial.ToNanoseconds(connection.ConfirmTick - connection.AllocatedTick),
                    Confirm: trial.ToNanoseconds(connection.EndTick - connection.ConfirmTick)))).ToList();
            table.Add(
                cell.Key.Era, cell.Key.Mode, Median(spans.Select(span => span.Choose)), Median(spans.Select(span => span.Rewrite)),
                Median(spans.Select(span => span.Confirm)));
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
