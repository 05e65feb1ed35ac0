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
        List<MeasuredCell> cells =
            [.. preset.Series.SelectMany(CellPlan.Of).Select(plan => new MeasuredCell(plan, cpus.Count, preset.Name))];
        RequireMeasurable(cells, cpus);
        PublishOptions publish = PublishOptions.From(parsed);

        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(cpus, publish.Keeps, stop.Token);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(preset.Name, preset.Summary);
        bool completed = Measure(cells, cpus, limits, seed, console, stop.Token);
        if (cells.All(cell => cell.Trials == 0))
        {
            console.Line("Interrupted before a trial was finished: nothing was written.");
            return CommandLine.Interrupted;
        }

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
            Machine = machine.End(),
            Packages = RunEnvironment.Packages(),
            Notes = [.. Notes(preset, cells)],
            Cells = [.. cells.Select(cell => cell.ToCell())],
        };
        console.Tables(run);
        foreach (string note in run.Notes)
        {
            console.Line($"- {note}");
        }

        if (stop.Token.IsCancellationRequested)
        {
            console.Line($"Interrupted: kept the {cells.Sum(cell => cell.Trials)} trials that were finished.");
        }

        publish.Write(run, console);
        return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static void RequireMeasurable(List<MeasuredCell> cells, CpuSet cpus)
    {
        if (cells.TrueForAll(cell => cell.Plan.Missing is not null))
        {
            throw new UsageException($"nothing can be measured: {cells[0].Plan.Missing}; choose another of --modes or --eras");
        }

        foreach (MeasuredCell cell in cells)
        {
            UsageException.Parse("race", "", _ =>
            {
                cell.Plan.Workload.ValidateFor(cpus.Count);
                return 0;
            });
        }
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
        foreach (double added in cells.Select(cell => cell.Plan.Workload.WindowAddedNs).Where(ns => ns > 0).Distinct())
        {
            BusyWaitOvershoot wait = BusyWait.Measure(added);
            yield return FormattableString.Invariant(
                $"An added wait of {added:0} ns was too long by {wait.P50Ns:0} ns (p50) and {wait.P99Ns:0} ns (p99) when tried alone.");
        }

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
