using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

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
        var placement = new PlacementWait(
            plan.Cpus, ProcessOptions.PlacementNs(parsed), PlacementWait.PatienceFor(plan.Limits.Seconds / processes));
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
            count, i => RaceCommandOptions.Share(parsed, plan, i, count), Calibrates(parsed, publish), placement, console,
            (_, measure) => measure(), stop);
        if (runs.Count == 0)
        {
            console.Line("Interrupted before a trial was finished: nothing was written.");
            return CommandLine.Interrupted;
        }

        RunRecord<RaceCell> run = FreshProcesses.Whole(
            PooledProcesses.Pool(runs), runs.Count, count, RaceCommandOptions.Resolved(plan.Preset, plan.Cpus, plan.Limits, plan.Seed),
            placement.Notes);
        KeptRun kept = publish.Keep(run);
        RunScreen.Write(console, run, kept, publish.Wide);
        bool fails = run.Cells.Any(LosesReserved)
            || (RaceCommandOptions.IsStrict(parsed) && runs.Any(r => r.Cells.Any(cell => cell.IsDisturbed)));
        return stop.IsCancellationRequested ? CommandLine.Interrupted : fails ? CommandLine.Failure : CommandLine.Success;
    }

    private static int Here(ParseResult parsed, RacePlan plan, PublishOptions publish, PlacementWait placement, CancellationToken stop)
    {
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(plan.Preset.Name, plan.Preset.Headline);
        placement.Await(console.Line, stop);
        if (MeasuredRace.Run(plan, Calibrates(parsed, publish), console, stop) is not { } measured)
        {
            console.Line(MeasuredRace.WhyNothing(stop));
            return stop.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Failure;
        }

        RunRecord<RaceCell> run = measured with { Notes = [.. measured.Notes, .. placement.Notes] };
        KeptRun kept = publish.Keep(run);
        if (stop.IsCancellationRequested)
        {
            console.Line($"Interrupted: kept the {plan.Cells.Sum(cell => cell.Trials)} trials that were finished.");
        }

        RunScreen.Write(console, run, kept, publish.Wide);
        bool losesReserved = ReservedRaces.Of(plan.Cells, seconds: 0).Any(race => race.Lost > 0);
        bool fails = !ProcessOptions.IsChild(parsed)
            && (losesReserved || (RaceCommandOptions.IsStrict(parsed) && run.Cells.Any(cell => cell.IsDisturbed)));
        return stop.IsCancellationRequested ? CommandLine.Interrupted : fails ? CommandLine.Failure : CommandLine.Success;
    }

    private static bool Calibrates(ParseResult parsed, PublishOptions publish) => publish.Keeps && ProcessOptions.Calibrates(parsed);

    private static bool LosesReserved(RaceCell cell) => cell.IsWhatIf && cell.FailedKeepPort + cell.FailedSearch > 0;
}
