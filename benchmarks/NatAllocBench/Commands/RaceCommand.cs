using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;
using Spectre.Console;

namespace NatAllocBench.Commands;

/// <summary>The main job: <c>race</c>, which is also what the program does without a command.</summary>
internal static class RaceCommand
{
    public static Command Create()
    {
        var command = new Command("race", "Race pinned threads through the allocator and report how often insertion fails.");
        Configure(command);
        return command;
    }

    /// <summary>Gives a command the options and the action of the race.</summary>
    public static void Configure(Command command)
    {
        RaceCommandOptions.AddTo(command);
        ProcessOptions.AddTo(command);
        PublishOptions.AddTo(command);
        command.SetAction(Run);
    }

    private static int Run(ParseResult parsed) => RaceCommandOptions.AsksForPrices(parsed) ? PriceRun.Run(parsed) : Race(parsed);

    private static int Race(ParseResult parsed)
    {
        int processes = ProcessOptions.Count(parsed);
        RacePlan plan = RacePlan.From(parsed);
        PublishOptions publish = PublishOptions.From(parsed);
        if (ProcessOptions.IsChild(parsed))
        {
            using var lifeline = new Lifeline(CommandLine.Interrupted);
            return Here(parsed, plan, publish, new PlacementWait(plan.Cpus, null, default), lifeline.Token);
        }

        using var stop = new StopSignals();
        var placement = new PlacementWait(plan.Cpus, ProcessOptions.PlacementNs(parsed), PlacementWait.Patience);
        return processes == 1
            ? Here(parsed, plan, publish, placement, stop.Token)
            : InProcesses(processes, parsed, plan, publish, placement, stop.Token);
    }

    private static int InProcesses(
        int count, ParseResult parsed, RacePlan plan, PublishOptions publish, PlacementWait placement, CancellationToken stop)
    {
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(plan.Preset.Name, plan.Preset.Headline);
        IReadOnlyList<RunRecord<RaceCell>> runs = FreshProcesses.Measure<RaceCell>(
            count,
            i => RaceCommandOptions.Share(parsed, plan, i, count),
            i =>
            {
                placement.Await(console.Line, stop);
                console.Line($"process {i + 1} of {count}");
            },
            stop);
        if (runs.Count == 0)
        {
            console.Line("Interrupted before a trial was finished: nothing was written.");
            return CommandLine.Interrupted;
        }

        RunRecord<RaceCell> pooled = PooledProcesses.Pool(runs);
        RunRecord<RaceCell> run = pooled with
        {
            Argv = RunEnvironment.Argv,
            Options = new Dictionary<string, string>(RaceCommandOptions.Resolved(plan.Preset, plan.Cpus, plan.Limits, plan.Seed))
            {
                ["runs"] = FormattableString.Invariant($"{runs.Count}"),
            },
            Completed = runs.Count == count && pooled.Completed,
            Notes = [.. pooled.Notes, .. placement.Notes],
        };
        KeptRun kept = publish.Keep(run);
        RunScreen.Write(console, run, kept, publish.Wide);
        bool fails = run.Cells.Any(LosesReserved) || (RaceCommandOptions.IsStrict(parsed) && runs.Any(r => r.Cells.Any(IsDisturbed)));
        return stop.IsCancellationRequested ? CommandLine.Interrupted : fails ? CommandLine.Failure : CommandLine.Success;
    }

    private static int Here(ParseResult parsed, RacePlan plan, PublishOptions publish, PlacementWait placement, CancellationToken stop)
    {
        IReadOnlyList<MeasuredTrials> cells = plan.Cells;
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(plan.Preset.Name, plan.Preset.Headline);
        placement.Await(console.Line, stop);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(plan.Cpus, publish.Keeps && ProcessOptions.Calibrates(parsed), stop);
        long begun = Stopwatch.GetTimestamp();
        bool completed = plan.Measure(console, stop);
        ReservedRaces[] reserved = [.. ReservedRaces.Of(cells, Stopwatch.GetElapsedTime(begun).TotalSeconds)];
        if (cells.All(cell => cell.Trials == 0))
        {
            console.Line(stop.IsCancellationRequested
                ? "Interrupted before a trial was finished: nothing was written."
                : "The time limit ended the first trial: nothing was written. Raise --seconds, or lower --connections, --clients or --window.");
            return stop.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Failure;
        }

        var run = new RunRecord<RaceCell>
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
            Notes = [.. Notes(plan.Preset, cells), .. reserved.Select(race => race.Sentence), .. placement.Notes],
            Cells = Neighbours.Applied([.. cells.Select(cell => cell.ToCell())]),
        };
        KeptRun kept = publish.Keep(run);
        if (stop.IsCancellationRequested)
        {
            console.Line($"Interrupted: kept the {cells.Sum(cell => cell.Trials)} trials that were finished.");
        }

        RunScreen.Write(console, run, kept, publish.Wide);
        bool isChild = ProcessOptions.IsChild(parsed);
        bool fails = !isChild
            && (Array.Exists(reserved, race => race.Lost > 0) || (RaceCommandOptions.IsStrict(parsed) && run.Cells.Any(IsDisturbed)));
        return stop.IsCancellationRequested ? CommandLine.Interrupted : fails ? CommandLine.Failure : CommandLine.Success;
    }

    private static bool IsDisturbed(RaceCell cell) => cell.Missing?.StartsWith(MeasuredTrials.DisturbedWord, StringComparison.Ordinal) ?? false;

    private static bool LosesReserved(RaceCell cell) => cell.IsWhatIf && cell.FailedKeepPort + cell.FailedSearch > 0;

    private static IEnumerable<string> Notes(PresetFile preset, IReadOnlyList<MeasuredTrials> cells)
    {
        yield return preset.Overrides.Count == 0 ? $"{preset.Summary} Source: {preset.Source}" : $"{preset.Name}: {preset.Headline}";
        foreach (string note in preset.Notes)
        {
            yield return note;
        }

        yield return FormattableString.Invariant(
            $"The window is read with {TickClock.SourceName}, one reading costs {TickClock.CostNs:0} ns and is part of the window.");
        foreach (double added in cells.Select(cell => cell.WindowAddedNs).Where(ns => ns > 0).Distinct())
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
            yield return $"{skipped} connections were not tried because the client's port was still tracked";
        }
    }
}
