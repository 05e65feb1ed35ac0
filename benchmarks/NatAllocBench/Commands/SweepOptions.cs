using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Running;
using NatAllocBench.Sweeping;

namespace NatAllocBench.Commands;

/// <summary>
/// The options of <c>sweep</c>: with a preset they make a plan, with the directory of a sweep they may only choose what to do with it.
/// </summary>
internal static class SweepOptions
{
    public static readonly Option<string> Engine = SweepCommand.EngineOption();

    private const ulong UsualSeed = 1;

    /// <summary>Where array jobs say which task they are: Slurm's, and that of a Kubernetes job with completionMode Indexed.</summary>
    private static readonly string[] IndexVariables = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];

    private static readonly Argument<string> Plan = new("plan")
    {
        Description = "A preset by its name or file, or the directory of a sweep to continue.",
    };

    private static readonly Option<string> Split = new("--split")
    {
        Description = $"Lists whose values become tasks; the others are raced within a task. Of {string.Join(", ", SeriesSplit.Lists)}. "
            + "Default: eras,occupancy,window.",
        HelpName = "LISTS",
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "Directory of the sweep. Default: sweep-NAME in the current directory.",
        HelpName = "DIR",
    };

    private static readonly Option<string> Task = new("--task")
    {
        Description = "Measure one task and replace its file: by its number, or without one by that in SLURM_ARRAY_TASK_ID or "
            + "JOB_COMPLETION_INDEX.",
        HelpName = "N",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<double?> Seconds = new("--seconds")
    {
        Description = "Time limit of one task in seconds. Default: the preset's, shared by the tasks.",
        HelpName = "S",
    };

    private static readonly Option<int?> MaxTrials =
        new("--max-trials") { Description = "Maximum number of trials of a cell.", HelpName = "N" };

    private static readonly Option<ulong?> Seed = new("--seed")
    {
        Description = "The seeds of the tasks follow from it. Default: 1.",
        HelpName = "N",
    };

    public static void AddTo(Command command)
    {
        command.Arguments.Add(Plan);
        foreach (Option option in (Option[])[Engine, Split, Task, CpuOption.Option, Seconds, MaxTrials, Seed, Out, ProcessOptions.Lifeline])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The sweep that is asked for; its directory is made where it is not there yet.</summary>
    public static SweepFolder Folder(ParseResult parsed)
    {
        string plan = parsed.GetValue(Plan)!;
        if (Directory.Exists(plan))
        {
            Option[] planned = [Split, CpuOption.Option, Seconds, MaxTrials, Seed, Out];
            return planned.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } unfit
                ? throw new UsageException($"{unfit.Name}: {plan} is a sweep that was planned already; leave the option out")
                : SweepFolder.Open(plan);
        }

        SweepPlan made = Make(parsed, PresetFile.Load(plan));
        string directory = parsed.GetValue(Out) ?? $"sweep-{Results.Store.ResultsStore.Slug(made.Preset.Name)}";

        // Its tasks may be on their way on other machines: their unfinished files are left alone.
        OutputPlace.PrepareFile(Path.Combine(OutputPlace.RequireDirectory(directory, "--out"), SweepPlan.FileName), "--out");
        return SweepFolder.Create(directory, made);
    }

    /// <summary>A task is measured here, by whatever engine started this process.</summary>
    public static void RefuseTaskOfEngine(ParseResult parsed)
    {
        if (parsed.GetResult(Task) is { Implicit: false } && parsed.GetResult(Engine) is { Implicit: false })
        {
            throw new UsageException("--engine: --task measures one task in this process; leave one of the two out");
        }
    }

    /// <summary>The one task that is asked for; null for all.</summary>
    public static SweepTask? TaskOf(ParseResult parsed, SweepPlan plan)
    {
        if (parsed.GetResult(Task) is not { Implicit: false })
        {
            return null;
        }

        string? variable = IndexVariables.FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
        string text = parsed.GetValue(Task) ?? (variable is null ? null : Environment.GetEnvironmentVariable(variable))
            ?? throw new UsageException($"--task: give a number; neither {string.Join(" nor ", IndexVariables)} is set");
        IReadOnlyList<SweepTask> tasks = plan.Tasks();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < tasks.Count
            ? tasks[number]
            : throw new UsageException($"--task {text}: this sweep has the tasks 0 to {tasks.Count - 1}");
    }

    private static SweepPlan Make(ParseResult parsed, PresetFile preset)
    {
        string[] split = parsed.GetValue(Split) is { } text ? OptionList.Split("--split", text) : ["eras", "occupancy", "window"];
        if (split.FirstOrDefault(list => !SeriesSplit.Lists.Contains(list)) is { } unknown)
        {
            throw new UsageException($"--split {unknown}: use {string.Join(", ", SeriesSplit.Lists)}");
        }

        double? seconds = parsed.GetValue(Seconds);
        int maxTrials = parsed.GetValue(MaxTrials) ?? RaceCommandOptions.UsualMaxTrials;
        if (seconds is not null && !(seconds > 0 && seconds <= TimeSpan.FromDays(365).TotalSeconds))
        {
            throw new UsageException("--seconds: use a number above 0");
        }

        if (maxTrials < 1)
        {
            throw new UsageException("--max-trials: use at least 1");
        }

        // Whether they are there shows where the task runs.
        string? cpus = parsed.GetValue(CpuOption.Option);
        if (cpus is not null && !(int.TryParse(cpus, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0))
        {
            _ = UsageException.Parse("--cpus", cpus, CpuSet.Parse);
        }

        var plan = new SweepPlan
        {
            Preset = preset,
            Split = split,
            Seed = parsed.GetValue(Seed) ?? UsualSeed,
            SecondsOfTask = seconds ?? preset.Seconds,
            MaxTrials = maxTrials,
            Cpus = cpus,
        };

        // What is wrong with a cell shows now, not on the machines of a cluster.
        IReadOnlyList<SweepTask> tasks = plan.Tasks();
        _ = RacePlan.CellsOf(preset);
        return plan with { SecondsOfTask = seconds ?? preset.Seconds / tasks.Count };
    }
}
