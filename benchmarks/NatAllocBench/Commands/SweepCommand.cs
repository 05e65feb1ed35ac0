using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;
using NatAllocBench.Sweeping;

namespace NatAllocBench.Commands;

/// <summary><c>sweep</c>: a preset as tasks, measured one after the other here, or by the array job of a cluster.</summary>
internal static class SweepCommand
{
    private const string Local = "local";
    private const string Slurm = "slurm";

    public static Command Create()
    {
        var command = new Command(
            "sweep",
            "Split a preset into tasks, for this machine or for a cluster; merge makes one run of them. See docs/many-machines.md.");
        SweepOptions.AddTo(command);
        command.Options.Add(JsonOutput.Option);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        bool isSlurm = parsed.GetValue(SweepOptions.Engine) == Slurm;
        SweepOptions.RefuseTaskOfEngine(parsed);
        SweepFolder folder = SweepOptions.Folder(parsed);
        bool isJson = JsonOutput.IsAsked(parsed);
        using var console = new RunConsole(toStandardError: isJson);
        int exitCode;
        if (SweepOptions.TaskOf(parsed, folder.Plan) is { } task)
        {
            if (ProcessOptions.IsChild(parsed))
            {
                using var lifeline = new Lifeline(CommandLine.Interrupted);
                return Measure(folder, task, console, lifeline.Token);
            }

            using var signals = new StopSignals();
            exitCode = Measure(folder, task, console, signals.Token);
        }
        else if (isSlurm)
        {
            exitCode = WriteJob(folder, console);
        }
        else
        {
            using var stop = new StopSignals();
            exitCode = MeasureAll(folder, console, stop.Token);
        }

        if (isJson)
        {
            JsonOutput.Write(Json(folder, isSlurm ? JobOf(folder) : null, exitCode));
        }

        return exitCode;
    }

    private static JsonObject Json(SweepFolder folder, string? job, int exitCode) => new()
    {
        ["exitCode"] = exitCode,
        ["directory"] = folder.Directory,
        ["job"] = job,
        ["secondsOfTask"] = folder.Plan.SecondsOfTask,
        ["tasks"] = new JsonArray([.. folder.Plan.Tasks().Select(task =>
            new JsonObject { ["number"] = task.Number, ["label"] = task.Label, ["whole"] = folder.IsWhole(task) })]),
    };

    /// <summary>The option <c>--engine</c>.</summary>
    public static Option<string> EngineOption()
    {
        var engine = new Option<string>("--engine")
        {
            Description = "local measures every task that has no whole file yet; slurm writes an array job for sbatch.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Local,
        };
        engine.AcceptOnlyFromAmong(Local, Slurm);
        return engine;
    }

    private static int Measure(SweepFolder folder, SweepTask task, RunConsole console, CancellationToken stop)
    {
        SweepPlan plan = folder.Plan;
        PresetFile preset = plan.Preset with { Series = [task.Series], Seconds = plan.SecondsOfTask };
        RacePlan race = RacePlan.Of(
            preset, CpuOption.Resolve(plan.Cpus), RaceCommandOptions.UsualLimits(plan.MaxTrials, plan.SecondsOfTask), task.Seed);
        console.Heading(preset.Name, task.Label);
        if (MeasuredRace.Run(race, calibrates: true, console, stop) is not { } run)
        {
            console.Line(MeasuredRace.WhyNothing(stop));
            return stop.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Failure;
        }

        string file = folder.Write(task, run with { Options = new Dictionary<string, string>([.. run.Options, .. folder.MarksOf(task)]) });
        console.Line(run.Completed ? file : $"{file} was cut short");
        return stop.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static int WriteJob(SweepFolder folder, RunConsole console)
    {
        var absolute = folder with { Directory = Path.GetFullPath(folder.Directory) };
        if (!SlurmJob.IsPlain(absolute.Directory))
        {
            throw new UsageException(
                $"--out {absolute.Directory}: Slurm gives some characters of a path a meaning; use letters, digits, and . _ - + @");
        }

        string job = JobOf(folder);
        AtomicFile.Write(job, System.Text.Encoding.UTF8.GetBytes(SlurmJob.Text(absolute, ChildProcess.Program)));
        console.Line($"{job}: {folder.Plan.Tasks().Count} tasks of at most {Seconds(folder.Plan)} s");
        console.Line($"Submit: sbatch {job}");
        WriteNext(folder, console);
        return CommandLine.Success;
    }

    private static int MeasureAll(SweepFolder folder, RunConsole console, CancellationToken stop)
    {
        IReadOnlyList<SweepTask> tasks = folder.Plan.Tasks();
        List<SweepTask> failed = [];
        foreach (SweepTask task in tasks.Where(task => !folder.IsWhole(task)))
        {
            if (stop.IsCancellationRequested)
            {
                break;
            }

            console.Line($"task {task.Number} of {tasks.Count}, at most {Seconds(folder.Plan)} s: {task.Label}");
            if (MeasureInChild(folder, task, console, stop) != CommandLine.Success && !stop.IsCancellationRequested)
            {
                failed.Add(task);
            }
        }

        int done = tasks.Count(folder.IsWhole);
        console.Line($"{done} of {tasks.Count} tasks are whole{(failed.Count > 0 ? $"; failed: {SweepMerge.Numbers(failed)}" : "")}");
        WriteNext(folder, console);
        return stop.IsCancellationRequested ? CommandLine.Interrupted : failed.Count > 0 ? CommandLine.Failure : CommandLine.Success;
    }

    // In a process of its own, as on a cluster: no task finds what another one left in memory.
    private static int MeasureInChild(SweepFolder folder, SweepTask task, RunConsole console, CancellationToken stop)
    {
        ProcessStartInfo start = ChildProcess.StartInfo(
            ["sweep", folder.Directory, "--task", task.Number.ToString(CultureInfo.InvariantCulture), ProcessOptions.Lifeline.Name]);
        start.RedirectStandardOutput = true;
        using Process child = Process.Start(start)!;
        using CancellationTokenRegistration registration = stop.Register(() => ChildProcess.RequestStop(child));
        while (child.StandardOutput.ReadLine() is { } line)
        {
            console.Line(line);
        }

        child.WaitForExit();
        return child.ExitCode;
    }

    private static string Seconds(SweepPlan plan) => plan.SecondsOfTask.ToString("0.#", CultureInfo.InvariantCulture);

    private static string JobOf(SweepFolder folder) => Path.Combine(folder.Directory, SlurmJob.FileName);

    private static void WriteNext(SweepFolder folder, RunConsole console) =>
        console.Line($"Next: {Invocation.Text} merge {folder.Directory}");
}
