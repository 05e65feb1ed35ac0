using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using NatAllocBench.Calibrating;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>
/// <c>calibrate-compare</c>: how often <c>compare</c> errs on this machine, counted on real pairs of runs of the same code, and how often
/// it finds a difference that is there.
/// </summary>
internal static class CalibrateCompareCommand
{
    private const double InjectedShare = 0.1;

    private static readonly Option<int> Pairs = new("--pairs")
    {
        Description = "Pairs of runs of the same code.",
        HelpName = "N",
        DefaultValueFactory = _ => 30,
    };

    private static readonly Option<int> Runs = new("--runs")
    {
        Description = "Fresh processes of each run; verdicts need 4.",
        HelpName = "N",
        DefaultValueFactory = _ => 7,
    };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Time limit in seconds; whole pairs that were measured until then are counted.",
        HelpName = "S",
        DefaultValueFactory = _ => 1800,
    };

    private static readonly Option<double> ProcessSeconds = new("--process-seconds")
    {
        Description = "Time that each process measures, in seconds: a fifth each speeds and rates of races, the rest tables.",
        HelpName = "S",
        DefaultValueFactory = _ => 2,
    };

    // For the processes that this command starts: what makes their second half harder.
    private static readonly Option<string?> Added = new("--added") { Hidden = true };

    private static readonly Option<ulong?> Seed = new("--seed") { Description = "Repeat the draws of an earlier run.", HelpName = "N" };

    public static Command Create()
    {
        var command = new Command(
            "calibrate-compare",
            "Measure on real pairs of equal runs how far runs at different times lie apart on this machine, and count how often compare is "
                + "wrong and how often it finds 10 %.")
        {
            Pairs, Runs, Seconds, ProcessSeconds, Seed, CpuOption.Option, Added, ProcessOptions.Lifeline,
        };
        PublishOptions.AddPlaceTo(command);
        command.Options.Add(JsonOutput.Option);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        int pairs = Checked(parsed.GetValue(Pairs), p => p is >= 1 and <= 10_000, Pairs, "use 1 to 10000");
        int processes = Checked(parsed.GetValue(Runs), p => p is >= 1 and <= 100, Runs, "use 1 to 100");
        double seconds = Checked(parsed.GetValue(Seconds), IsTime, Seconds, "use a number above 0");
        double each = Checked(parsed.GetValue(ProcessSeconds), IsTime, ProcessSeconds, "use a number above 0");
        var plan = new PairPlan(CpuOption.Resolve(parsed), processes, each, parsed.GetValue(Seed) ?? (ulong)Random.Shared.NextInt64());
        if (ProcessOptions.IsChild(parsed))
        {
            return OfAPair(plan, parsed.GetValue(Added));
        }

        PublishOptions place = PublishOptions.From(parsed);
        using var stop = new StopSignals();
        using CancellationTokenSource limit = stop.Within(seconds);
        using var console = new RunConsole(toStandardError: JsonOutput.IsAsked(parsed));
        console.Heading("calibrate-compare", "pairs of runs of the same code; every difference that compare finds is false.");
        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineFacts machine = RecordedMachine.Detect(plan.Cpus) with { Label = place.Machine };
        var options = new ComparisonOptions();
        var counter = new ErrorCounter(options, InjectedShare);
        var course = new PairCourse(plan, counter);
        _ = console.WithProgress(seconds, report =>
        {
            course.Run(pairs, seconds, (done, next) => report($"{done} of {pairs} pairs, now {next}"), limit.Token);
            return true;
        });
        if (course.Pairs == 0)
        {
            console.Line(stop.Token.IsCancellationRequested
                ? "Interrupted before a pair was finished: nothing was written."
                : "The time limit ended the first pair: nothing was written. Raise --seconds.");
            return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Failure;
        }

        ComparisonErrors errors = Errors(plan, machine, started, options, counter);
        string? file = place.Directory is { } directory ? ComparisonErrorsFile.Write(new ResultsStore(directory), machine, errors) : null;
        KeptMeasurement.Note(file);
        Print(console, errors, machine, course.Pairs < pairs
            ? $"{course.Pairs} of {pairs} pairs: the rest was not measured in time."
            : $"{course.Pairs} pairs.");
        if (file is not null)
        {
            console.Section(new AnswerSection("File", [file]));
        }

        if (JsonOutput.IsAsked(parsed))
        {
            JsonOutput.Write(
                new JsonObject { ["pairsAsked"] = pairs, ["pairs"] = course.Pairs, ["file"] = file, ["errors"] = JsonOutput.Node(errors) });
        }

        return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static void Print(RunConsole console, ComparisonErrors errors, MachineFacts machine, string pairs)
    {
        console.Table(ErrorTable.Build(errors));
        string inTurns = ErrorTable.Line(errors, tookTurns: true);
        string apart = ErrorTable.Line(errors, tookTurns: false);
        console.Section(new AnswerSection("Answer", [pairs, $"{inTurns}.", $"{apart}.", ErrorTable.Targets(errors)]));
        console.Section(new AnswerSection("Warnings", machine.Warnings));
    }

    private static ComparisonErrors Errors(
        PairPlan plan, MachineFacts machine, DateTimeOffset started, ComparisonOptions options, ErrorCounter counter)
    {
        return new ComparisonErrors
        {
            Rule = ComparisonErrors.PresentRule,
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Fingerprint = MachineIdentity.Fingerprint(machine),
            Processes = plan.Processes,
            SecondsOfProcess = plan.SecondsOfProcess,
            Threshold = options.Threshold,
            Injected = counter.Injected,
            LoadAverage = machine.Facts.GetValueOrDefault("load")?.GetValueOrDefault("average of 1 minute"),
            Between = counter.Between() is { Count: > 0 } spreads ? spreads : null,
            Counts = counter.Counts(),
        };
    }

    private static int OfAPair(PairPlan plan, string? added)
    {
        AddedWork? work = added is null ? null : AddedWork.Parse(added);
        using var lifeline = new Lifeline(CommandLine.Interrupted);
        using Stream output = Console.OpenStandardOutput();
        PairProcess.Run(plan, work, output, lifeline.Token);
        return lifeline.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static bool IsTime(double seconds) => seconds > 0 && double.IsFinite(seconds);

    private static T Checked<T>(T value, Func<T, bool> holds, Option option, string fix) =>
        holds(value) ? value : throw new UsageException($"{option.Name}: {fix}");
}
