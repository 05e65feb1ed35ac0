using System.Diagnostics;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>Runs a planned race and describes it, whatever becomes of the run.</summary>
internal static class MeasuredRace
{
    /// <summary>Measures.</summary>
    /// <param name="plan">What.</param>
    /// <param name="calibrates">Whether the machine is calibrated first: only a run that is kept needs it.</param>
    /// <param name="console">Where progress goes.</param>
    /// <param name="stop">Ends the race early; what was measured stays.</param>
    /// <returns>The run; null where not one trial was finished.</returns>
    public static RunRecord<RaceCell>? Run(RacePlan plan, bool calibrates, RunConsole console, CancellationToken stop)
    {
        IReadOnlyList<MeasuredTrials> cells = plan.Cells;
        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(plan.Cpus, calibrates, stop);
        long begun = Stopwatch.GetTimestamp();
        bool completed = plan.Measure(console, stop);
        ReservedRaces[] reserved = [.. ReservedRaces.Of(cells, Stopwatch.GetElapsedTime(begun).TotalSeconds)];
        return cells.All(cell => cell.Trials == 0 && cell.WhyMissing is null) ? null : new RunRecord<RaceCell>
        {
            Command = "race",
            Preset = plan.Preset.Name,
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = completed,
            Argv = RunEnvironment.Argv,
            Options = RaceCommandOptions.Resolved(plan.Preset, plan.Cpus, plan.Limits, plan.Seed),
            Seeds = [plan.Seed],
            Machine = machine.End(cells.SelectMany(cell => cell.PinFailures).Distinct().Select(failure => $"not pinned: {failure}")),
            Packages = RunEnvironment.Packages(),
            Notes = [.. Notes(plan, cells), .. reserved.Select(race => race.Sentence)],
            Cells = Neighbours.Applied([.. cells.Select(cell => cell.ToCell())]),
        };
    }

    /// <summary>Why there is no run, in a line.</summary>
    public static string WhyNothing(CancellationToken stop) => stop.IsCancellationRequested
        ? "Interrupted before a trial was finished: nothing was written."
        : "The time limit ended the first trial: nothing was written. Raise --seconds, or lower --connections, --clients or --window.";

    private static IEnumerable<string> Notes(RacePlan plan, IReadOnlyList<MeasuredTrials> cells)
    {
        PresetFile preset = plan.Preset;
        yield return preset.Overrides.Count == 0 ? $"{preset.Summary} Source: {preset.Source}" : $"{preset.Name}: {preset.Headline}";
        foreach (string note in preset.NotesOn(plan.Cpus.Count))
        {
            yield return note;
        }

        yield return FormattableString.Invariant(
            $"The window is read with {TickClock.SourceName}, one reading costs {TickClock.CostNs:0} ns and is part of the window.");
        foreach (double added in cells.Select(cell => cell.WindowAddedNs).Where(ns => ns is > 0 and <= BusyWait.LongestNs).Distinct())
        {
            BusyWaitOvershoot wait = BusyWait.Measure(added);
            yield return FormattableString.Invariant(
                $"An added wait of {added:0} ns was too long by {wait.P50Ns:0} ns (p50) and {wait.P99Ns:0} ns (p99) when tried alone.");
        }

        if (cells.Sum(cell => cell.Collections) is > 0 and long collections)
        {
            yield return $"{collections} garbage collections fell into trials";
        }

        if (cells.Sum(cell => cell.Skipped) is > 0 and long skipped)
        {
            yield return $"{Figures.Count(skipped)} connections were not tried because the client's port was still tracked";
        }
    }
}
