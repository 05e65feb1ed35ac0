using System.CommandLine;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>race --preset prices</c>: measures the price list and keeps it as a run.</summary>
internal static class PriceRun
{
    /// <summary>Measures; <c>--system</c> takes some of the systems only.</summary>
    public static int Run(ParseResult parsed)
    {
        using var stop = new StopSignals();
        IReadOnlyList<AllocatorSystem> systems = SystemPlan.Named(
            AllocatorSet.Program, parsed.GetValue(RaceCommandOptions.System) ?? "all");
        CpuSet cpus = CpuOption.Resolve(parsed);
        RaceLimits limits = RaceCommandOptions.ResolveLimits(parsed, PriceList.Seconds);
        ulong seed = parsed.GetValue(RaceCommandOptions.Seed) ?? 1;
        PublishOptions publish = PublishOptions.From(parsed);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(cpus, publish.Keeps, stop.Token);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(PriceList.Name, PriceList.Summary);
        var list = new PriceList(systems, cpus, seed);
        bool completed = console.WithProgress(limits.Seconds, report => list.Measure(limits, report, stop.Token));
        var run = new RunRecord<ScenarioCell>
        {
            Command = "scenario",
            Preset = PriceList.Name,
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = completed,
            Argv = RunEnvironment.Argv,
            Options = RaceCommandOptions.Resolved(PriceList.Name, cpus, limits, seed),
            Seeds = [seed],
            Machine = machine.End(),
            Packages = RunEnvironment.Packages(),
            Notes = [PriceList.Summary, .. list.Notes],
            Cells = list.Cells(),
        };
        KeptRun kept = publish.Keep(run);
        if (stop.Token.IsCancellationRequested)
        {
            console.Line("Interrupted: kept what was measured.");
        }

        RunScreen.Write(console, run, kept, publish.Wide);
        return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : completed ? CommandLine.Success : CommandLine.Failure;
    }
}
