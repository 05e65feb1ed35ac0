using System.CommandLine;
using System.CommandLine.Parsing;
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
        PublishOptions.AddTo(command);
        command.SetAction(Run);
    }

    private static int Run(ParseResult parsed) => RaceCommandOptions.AsksForPrices(parsed) ? PriceRun.Run(parsed) : Race(parsed);

    private static int Race(ParseResult parsed)
    {
        using var stop = new StopSignals();
        RacePlan plan = RacePlan.From(parsed);
        IReadOnlyList<MeasuredTrials> cells = plan.Cells;
        PublishOptions publish = PublishOptions.From(parsed);

        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(plan.Cpus, publish.Keeps, stop.Token);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(plan.Preset.Name, plan.Preset.Headline);
        bool completed = plan.Measure(console, stop.Token);
        if (cells.All(cell => cell.Trials == 0))
        {
            console.Line(stop.Token.IsCancellationRequested
                ? "Interrupted before a trial was finished: nothing was written."
                : "The time limit ended the first trial: nothing was written. Raise --seconds, or lower --connections, --clients or --window.");
            return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Failure;
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
            Notes = [.. Notes(plan.Preset, cells)],
            Cells = [.. cells.Select(cell => cell.ToCell())],
        };
        KeptRun kept = publish.Keep(run);
        if (stop.Token.IsCancellationRequested)
        {
            console.Line($"Interrupted: kept the {cells.Sum(cell => cell.Trials)} trials that were finished.");
        }

        RunScreen.Write(console, run, kept, publish.Wide);
        bool fails = RaceCommandOptions.IsStrict(parsed) && cells.Any(cell => cell.Disturbed is not null);
        return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : fails ? CommandLine.Failure : CommandLine.Success;
    }

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
