namespace NatAllocBench.Tracing;

/// <summary>Part 4 of the report: where the workers' time goes.</summary>
internal static class PhaseSection
{
    private const double LeastShare = 0.01;

    public static void Write(PhaseProfile? profile, TextWriter writer)
    {
        writer.WriteLine("4. Where the workers' time goes (stack samples by phase, calls below)");
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
        writer.WriteLine("  count for their caller, and loops without a safe point for the next one.");
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
