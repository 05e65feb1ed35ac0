using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Racing;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Reporting;
using NatAllocBench.Running;
using Spectre.Console;

namespace NatAllocBench.Commands;

/// <summary>The main job: <c>race</c>, which is also what the program does without a command.</summary>
internal static class RaceCommand
{
    public static Command Create()
    {
        var command = new Command("race", "Race pinned threads through the allocator and publish how often insertion fails.");
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

    private static int Run(ParseResult parsed)
    {
        using var stop = new StopSignal();
        PresetFile preset = RaceCommandOptions.Override(PresetFile.Load(parsed.GetValue(RaceCommandOptions.Preset)!), parsed);
        CpuSet cpus = RaceCommandOptions.ResolveCpus(parsed);
        RaceLimits limits = RaceCommandOptions.ResolveLimits(parsed, preset);
        ulong seed = parsed.GetValue(RaceCommandOptions.Seed) ?? (ulong)Random.Shared.NextInt64();
        PublishOptions publish = PublishOptions.From(parsed);
        List<MeasuredCell> cells =
            [.. preset.Series.SelectMany(CellPlan.Of).Select(plan => new MeasuredCell(plan, cpus.Count, preset.Name))];

        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineFacts machine = RecordedMachine.Detect(cpus);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(preset.Name, preset.Summary);
        bool completed = Measure(cells, cpus, limits, seed, console, stop.Token);
        var run = new RunRecord<RaceCell>
        {
            Command = "race",
            Preset = preset.Name,
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = completed,
            Argv = RunEnvironment.Argv,
            Options = RaceCommandOptions.Resolved(preset, cpus, limits, seed),
            Seeds = [seed],
            Machine = machine,
            Packages = RunEnvironment.Packages(),
            Notes = [.. Notes(preset, cells)],
            Cells = [.. cells.Select(cell => cell.ToCell())],
        };
        console.Tables(run);
        if (stop.Token.IsCancellationRequested)
        {
            console.Line($"Interrupted: kept the {cells.Sum(cell => cell.Trials)} trials that were finished.");
        }

        publish.Write(run, console);
        return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static bool Measure(
        List<MeasuredCell> cells, CpuSet cpus, RaceLimits limits, ulong seed, RunConsole console, CancellationToken cancellation) =>
        console.WithProgress(limits.Seconds, report =>
        {
            var session = new RaceSession(cells, cpus.Cpus, limits, seed)
            {
                Progress = (done, cell) => report(
                    $"{done} trials, now era {cell.Plan.Workload.Era} {cell.Plan.Workload.Mode}, {cell.Plan.Workload.Clients} clients"),
            };
            return session.Run(cancellation);
        });

    private static IEnumerable<string> Notes(PresetFile preset, List<MeasuredCell> cells)
    {
        yield return $"{preset.Summary} Source: {preset.Source}";
        foreach (string shows in preset.Shows)
        {
            yield return shows;
        }

        yield return FormattableString.Invariant(
            $"The window is read with {TickClock.SourceName}, one reading costs {TickClock.CostNs:0} ns and is part of the window.");
        foreach (string failure in cells.SelectMany(cell => cell.PinFailures).Distinct())
        {
            yield return $"not pinned: {failure}";
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
