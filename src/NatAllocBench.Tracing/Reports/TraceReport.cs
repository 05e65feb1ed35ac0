namespace NatAllocBench.Tracing;

/// <summary>The report on a trace, as plain text.</summary>
public static class TraceReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="profile">Its stack samples; null if they were not read.</param>
    /// <param name="mostCollisions">Most collisions to list.</param>
    /// <param name="writer">Where to write.</param>
    public static void Write(RaceTrace trace, PhaseProfile? profile, int mostCollisions, TextWriter writer)
    {
        WriteHead(trace, writer);
        writer.WriteLine();
        WindowSection.Write(trace, writer);
        writer.WriteLine();
        CollisionSection.Write(trace, mostCollisions, writer);
        writer.WriteLine();
        StartDistanceSection.Write(trace, writer);
        writer.WriteLine();
        PhaseSection.Write(trace, profile, writer);
        writer.WriteLine();
        RuntimeSection.Write(trace, writer);
    }

    /// <summary>The letter of a load; a trace with more than 26 goes on with numbers.</summary>
    internal static string Load(RaceTrace trace, string load)
    {
        int index = trace.Loads.ToList().IndexOf(load);
        return index < 26 ? $"{(char)('A' + index)}" : Figure.Count(index + 1);
    }

    private static void WriteHead(RaceTrace trace, TextWriter writer)
    {
        List<TracedTrial> complete = [.. trace.Complete];
        long attempts = complete.Sum(trial => trial.Attempts);
        long failed = complete.Sum(trial => trial.InsertFailed);
        writer.WriteLine(
            $"{Figure.Count(complete.Count)} trials, {Figure.Count(attempts)} connections, {Figure.Count(failed)} failed insertions, " +
            FormattableString.Invariant($"{trace.DurationMs / 1000:0.0} s"));
        foreach (string load in trace.Loads)
        {
            writer.WriteLine($"  load {Load(trace, load)}: {load}");
        }

        if (!trace.IsSealed)
        {
            writer.WriteLine("  no checksum vouches for this recording: a byte that was changed inside an event would go unseen");
        }

        int sample = trace.Trials.Max(trial => trial.SampleEvery);
        writer.WriteLine(
            $"  connections in the trace: {(sample == 1 ? "all" : $"1 in {sample}, and both sides of every collision")}; " +
            $"events lost: {Figure.Count(trace.LostEvents)} by the session, {Figure.Count(trace.MissingEvents)} of the trials' own");
        int open = trace.Trials.Count - complete.Count;
        if (open > 0)
        {
            writer.WriteLine(
                $"  {open} trials are not complete, since the run was ended or events were lost; parts 1, 4 and 5 leave them out");
        }
    }
}
