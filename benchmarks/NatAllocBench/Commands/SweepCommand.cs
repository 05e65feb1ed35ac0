using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Reports.Tables;
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
            "sweep", "Split a preset into tasks, for this machine or for a cluster; merge makes one run of them. See docs/many-machines.md.");
        SweepOptions.AddTo(command);
        JsonOutput.SetAction(command, Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        SweepFolder folder = SweepOptions.Folder(parsed);
        if (SweepOptions.TaskOf(parsed, folder.Plan) is { } task)
        {
            if (ProcessOptions.IsChild(parsed))
            {
                using var lifeline = new Lifeline(CommandLine.Interrupted);
                return Measure(folder, task, lifeline.Token);
            }

            using var signals = new StopSignals();
            return Measure(folder, task, signals.Token);
        }

        if (parsed.GetValue(SweepOptions.Engine) == Slurm)
        {
            return WriteJob(folder);
        }

        using var stop = new StopSignals();
        return MeasureAll(folder, stop.Token);
    }

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

    private static int Measure(SweepFolder folder, SweepTask task, CancellationToken stop)
    {
        SweepPlan plan = folder.Plan;
        PresetFile preset = plan.Preset with { Series = [task.Series], Seconds = plan.SecondsOfTask };
        RacePlan race = RacePlan.Of(
            preset, CpuOption.Resolve(plan.Cpus), RaceCommandOptions.UsualLimits(plan.MaxTrials, plan.SecondsOfTask), task.Seed);
        using var console = new RunConsole(toStandardError: false);
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

    private static int WriteJob(SweepFolder folder)
    {
        var absolute = folder with { Directory = Path.GetFullPath(folder.Directory) };
        if (!SlurmJob.IsPlain(absolute.Directory))
        {
            throw new UsageException($"--out {absolute.Directory}: Slurm gives some characters of a path a meaning; use letters, digits, and . _ - + @");
        }

        string job = Path.Combine(folder.Directory, SlurmJob.FileName);
        AtomicFile.Write(job, System.Text.Encoding.UTF8.GetBytes(SlurmJob.Text(absolute, ChildProcess.Program)));
        Console.Out.WriteLine($"{job}: {folder.Plan.Tasks().Count} tasks of at most {Seconds(folder.Plan)} s");
        Console.Out.WriteLine($"Submit: sbatch {job}");
        WriteNext(folder);
        return CommandLine.Success;
    }

    private static int MeasureAll(SweepFolder folder, CancellationToken stop)
    {
        IReadOnlyList<SweepTask> tasks = folder.Plan.Tasks();
        List<SweepTask> failed = [];
        foreach (SweepTask task in tasks.Where(task => !folder.IsWhole(task)))
        {
            if (stop.IsCancellationRequested)
            {
                break;
            }

            Console.Out.WriteLine($"task {task.Number} of {tasks.Count}, at most {Seconds(folder.Plan)} s: {PlainText.OneLine(task.Label)}");
            Console.Out.Flush();
            if (MeasureInChild(folder, task, stop) != CommandLine.Success && !stop.IsCancellationRequested)
            {
                failed.Add(task);
            }
        }

        int done = tasks.Count(folder.IsWhole);
        Console.Out.WriteLine($"{done} of {tasks.Count} tasks are whole{(failed.Count > 0 ? $"; failed: {SweepMerge.Numbers(failed)}" : "")}");
        WriteNext(folder);
        return stop.IsCancellationRequested ? CommandLine.Interrupted : failed.Count > 0 ? CommandLine.Failure : CommandLine.Success;
    }

    // In a process of its own, as on a cluster: no task finds what another one left in memory.
    private static int MeasureInChild(SweepFolder folder, SweepTask task, CancellationToken stop)
    {
        ProcessStartInfo start = ChildProcess.StartInfo(
            ["sweep", folder.Directory, "--task", task.Number.ToString(CultureInfo.InvariantCulture), ProcessOptions.Lifeline.Name]);
        start.RedirectStandardOutput = true;
        using Process child = Process.Start(start)!;
        using CancellationTokenRegistration registration = stop.Register(() => ChildProcess.RequestStop(child));
        while (child.StandardOutput.ReadLine() is { } line)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }

        child.WaitForExit();
        return child.ExitCode;
    }

    private static string Seconds(SweepPlan plan) => plan.SecondsOfTask.ToString("0.#", CultureInfo.InvariantCulture);

    private static void WriteNext(SweepFolder folder) => Console.Out.WriteLine($"Next: {Invocation.Text} merge {folder.Directory}");
}
