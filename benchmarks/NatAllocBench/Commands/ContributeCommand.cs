using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using NatAllocBench.Contributing;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>contribute</c>: measures this machine and writes the one file to hand in.</summary>
internal static class ContributeCommand
{
    private const double LeastSeconds = 1;

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Time limit of everything in seconds.",
        HelpName = "S",
        DefaultValueFactory = _ => 300,
    };

    private static readonly Option<int> Runs = new("--runs")
    {
        Description = "Fresh processes of each run; with 4 or more, compare gives verdicts.",
        HelpName = "N",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<ulong?> Seed = new("--seed") { Description = "Repeat the draws of an earlier run.", HelpName = "N" };

    private static readonly Option<bool> Strict = new("--strict")
    {
        Description = "Measure nothing if the machine is not quiet; exit with code 1 if it was not quiet during the measurement.",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Directory for the contribution's folder. Default: results of the checkout, else the runs of this user.",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        var command = new Command(
            "contribute", "Measure this machine for the published results and write the one file to hand in. See results/CONTRIBUTING.md.")
        {
            Seconds, Runs, Seed, Strict, Out, PublishOptions.MachineOption, JsonOutput.Option,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        double seconds = parsed.GetValue(Seconds);
        if (!(seconds >= LeastSeconds && double.IsFinite(seconds)))
        {
            throw new UsageException($"{Seconds.Name}: use at least {LeastSeconds}");
        }

        int processes = parsed.GetValue(Runs) is >= 1 and <= 100 and var count
            ? count
            : throw new UsageException($"{Runs.Name}: use 1 to 100");
        string? label = PublishOptions.MachineOf(parsed);
        string? named = parsed.GetValue(Out);
        string directory = named ?? RunEnvironment.Results ?? RunEnvironment.Runs;
        OutputPlace.PrepareDirectory(directory, Out.Name, makeParents: named is null);
        using var stop = new StopSignals();
        using CancellationTokenSource limit = stop.Within(seconds);
        using var console = new RunConsole(toStandardError: JsonOutput.IsAsked(parsed));
        console.Heading("contribute", FormattableString.Invariant($"machine, quick and throughput, at most {seconds:0.#} s in all."));
        if (RunEnvironment.IsDirty() == true)
        {
            console.Line(
                "not committed: the program was built from changed sources; commit or stash them before you measure what you hand in.");
        }

        var course = new ContributionCourse(seconds, processes, parsed.GetValue(Seed) ?? (ulong)Random.Shared.NextInt64(), label);
        bool isStrict = parsed.GetValue(Strict);
        course.Machine(limit.Token);
        if (isStrict && course.Disturbances.Count > 0)
        {
            WriteDisturbances(console, course.Disturbances);
            console.Line($"{Strict.Name}: nothing was measured.");
            return Answer(parsed, null, course.Disturbances, [], [], CommandLine.Failure);
        }

        IReadOnlyList<RunRecord> runs = [];
        _ = console.WithProgress(seconds, report =>
        {
            runs = course.Runs(report, limit.Token);
            return true;
        });
        if (runs.Count == 0)
        {
            console.Line(stop.Token.IsCancellationRequested
                ? "Interrupted before anything was measured: nothing was written."
                : "The time limit ended the first process: nothing was written. Raise --seconds.");
            int nothing = stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Failure;
            return Answer(parsed, null, course.Disturbances, [], [], nothing);
        }

        return Hand(parsed, console, new ResultsStore(directory), runs, course.Disturbances, stop.Token.IsCancellationRequested, isStrict);
    }

    private static int Hand(
        ParseResult parsed,
        RunConsole console,
        ResultsStore store,
        IReadOnlyList<RunRecord> runs,
        IReadOnlyList<string> disturbances,
        bool stopped,
        bool isStrict)
    {
        string file = ContributionFolder.Write(store, new Contribution(runs));
        KeptMeasurement.Note(file);
        IReadOnlyList<string> faults = ContributionFolder.Faults(Path.GetDirectoryName(file)!, DateTimeOffset.UtcNow);
        foreach (ResultTable table in runs.SelectMany(MainTables.Of))
        {
            console.Table(table);
        }

        WriteAnswers(console, runs);
        WriteDisturbances(console, disturbances);
        foreach (string fault in faults)
        {
            console.Line($"fault: {fault}");
        }

        if (runs.Count < 2 || runs.Any(run => !run.Completed))
        {
            IEnumerable<string> parts = runs.Select(run => run.Completed ? run.Name : $"{run.Name} in part");
            console.Line($"cut short: it has {string.Join(" and ", parts)}.");
        }

        console.Line(faults.Count == 0
            ? $"The one file to hand in, {MachineIdentity.Of(runs[0].Machine)}:"
            : "Do not hand it in with these faults; what was measured is in:");
        console.Line(file);
        int exitCode = stopped ? CommandLine.Interrupted
            : faults.Count > 0 || (isStrict && disturbances.Count > 0) ? CommandLine.Failure : CommandLine.Success;
        return Answer(parsed, file, disturbances, faults, runs, exitCode);
    }

    private static void WriteAnswers(RunConsole console, IReadOnlyList<RunRecord> runs)
    {
        foreach (RunRecord run in runs)
        {
            console.Heading(run.Name, RunSummary.Line(run));
            foreach (AnswerSection section in RunAnswer.Of(run))
            {
                console.Section(section);
            }
        }

        // The runs are of one machine.
        foreach (AnswerSection section in HostAnswer.Of(runs[0]))
        {
            console.Section(section);
        }
    }

    private static void WriteDisturbances(RunConsole console, IReadOnlyList<string> disturbances)
    {
        foreach (string text in disturbances)
        {
            console.Line($"not quiet: {text}");
        }
    }

    private static int Answer(
        ParseResult parsed,
        string? file,
        IReadOnlyList<string> disturbances,
        IReadOnlyList<string> faults,
        IReadOnlyList<RunRecord> runs,
        int exitCode)
    {
        if (JsonOutput.IsAsked(parsed))
        {
            JsonOutput.Write(new JsonObject
            {
                ["exitCode"] = exitCode,
                ["file"] = file,
                ["machine"] = runs.Count > 0 ? MachineIdentity.Of(runs[0].Machine) : null,
                ["runs"] = new JsonArray([.. runs.Select(run =>
                    new JsonObject { ["name"] = run.Name, ["completed"] = run.Completed, ["cells"] = run.CellCount })]),
                ["notQuiet"] = JsonOutput.Strings(disturbances),
                ["faults"] = JsonOutput.Strings(faults),
            });
        }

        return exitCode;
    }
}
