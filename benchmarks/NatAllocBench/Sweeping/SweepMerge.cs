using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Sweeping;

/// <summary>Makes one run of the tasks of a sweep.</summary>
/// <param name="Run">The run; cells of tasks that nobody measured are in it with that as their reason.</param>
/// <param name="Missing">The tasks that nobody measured.</param>
/// <param name="CutShort">The tasks that ended early.</param>
internal sealed record SweepMerge(RunRecord<RaceCell> Run, IReadOnlyList<SweepTask> Missing, IReadOnlyList<SweepTask> CutShort)
{
    private const int UnknownCpus = 1;
    private const int PairOfCpus = 2;

    /// <summary>Merges what was measured.</summary>
    /// <param name="folder">The sweep.</param>
    /// <param name="byMachine">
    /// Whether tasks of different machines are to become one run for each machine, instead of being refused.
    /// </param>
    /// <returns>One run, or one for each machine.</returns>
    /// <exception cref="RunFormatException">Nothing was measured, or the tasks make no one run.</exception>
    public static IReadOnlyList<SweepMerge> Of(SweepFolder folder, bool byMachine)
    {
        (SweepTask Task, RunRecord<RaceCell>? Run)[] tasks = [.. folder.Plan.Tasks().Select(task => (task, folder.Read(task)))];
        Measured[] measured = [.. tasks.Where(t => t.Run is not null).Select(t => new Measured(t.Task, t.Run!))];
        SweepTask[] missing = [.. tasks.Where(t => t.Run is null).Select(t => t.Task)];
        if (measured.Length == 0)
        {
            throw new RunFormatException($"{folder.Directory}: none of {tasks.Length} tasks was measured yet");
        }

        string[] commits = [.. measured.Select(m => m.Run.MeasuredCommit ?? "none").Distinct()];
        if (commits.Length > 1)
        {
            throw new RunFormatException(
                $"{folder.Directory}: the tasks were measured by {commits.Length} commits ({string.Join(", ", commits)}): measure the "
                    + $"older ones again");
        }

        IGrouping<string, Measured>[] machines = [.. measured.GroupBy(m => MachineIdentity.Of(m.Run.Machine))];
        return machines.Length == 1 || byMachine
            ? [.. machines.Select(machine => Merge(folder.Plan, [.. machine], missing))]
            : throw new RunFormatException(
                $"{folder.Directory}: the tasks were measured on {machines.Length} kinds of machines, which make no one run "
                + $"({string.Join("; ", machines.Select(m => $"{m.Key}: tasks {Numbers(m.Select(each => each.Task))}"))}): use "
                + $"--by-machine for a run of each");
    }

    /// <summary>The numbers of tasks, ranges drawn together: <c>0-3, 7</c>.</summary>
    public static string Numbers(IEnumerable<SweepTask> tasks)
    {
        List<(int First, int Last)> ranges = [];
        foreach (int number in tasks.Select(task => task.Number).Order())
        {
            if (ranges is [.., var last] && last.Last == number - 1)
            {
                ranges[^1] = (last.First, number);
            }
            else
            {
                ranges.Add((number, number));
            }
        }

        return string.Join(", ", ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));
    }

    private static SweepMerge Merge(SweepPlan plan, Measured[] measured, SweepTask[] missing)
    {
        RunRecord<RaceCell>[] runs = [.. measured.Select(m => m.Run)];
        SweepTask[] cutShort = [.. measured.Where(m => !m.Run.Completed).Select(m => m.Task)];
        int cpus = runs.SelectMany(run => run.Cells).FirstOrDefault()?.Cpus ?? UnknownCpus;
        IEnumerable<(SweepTask Task, IEnumerable<RaceCell> Cells)> cells = measured.Select(
            m => (m.Task, (IEnumerable<RaceCell>)m.Run.Cells))
            .Concat(
                missing.Select(task => (task, CellPlan.Of(task.Series).Select(cell => NotMeasured(cell, task, plan.Preset.Name, cpus)))));
        return new SweepMerge(
            runs[0] with
            {
                StartedUtc = runs.Min(run => run.StartedUtc),
                Dirty = runs.Any(run => run.Dirty == true) ? true : runs.All(run => run.Dirty == false) ? false : null,
                Completed = missing.Length + cutShort.Length == 0,
                Argv = ["sweep", plan.Preset.Name],
                Options = Options(plan, runs[0].Options),
                Seeds = [plan.Seed, .. runs.SelectMany(run => run.Seeds)],
                Notes = [.. Notes(measured, missing, cutShort), .. runs.SelectMany(run => run.Notes).Distinct()],
                Machine = runs[0].Machine with { Warnings = [.. runs.SelectMany(run => run.Machine.Warnings).Distinct()] },
                // A cell without failures has its neighbours in other tasks.
                Cells = Neighbours.Applied([.. cells.OrderBy(c => c.Task.Number).SelectMany(c => c.Cells)]),
            },
            missing,
            cutShort);
    }

    private static RaceCell NotMeasured(CellPlan cell, SweepTask task, string preset, int cpus) =>
        new MeasuredCell(cell, cell.IsPair ? PairOfCpus : cpus, preset)
            .ToCell() with
        {
            Missing = $"task {task.Number} of the sweep is missing",
        };

    private static Dictionary<string, string> Options(SweepPlan plan, IReadOnlyDictionary<string, string> ofTask)
    {
        var options = new Dictionary<string, string>(ofTask)
        {
            ["seed"] = FormattableString.Invariant($"{plan.Seed}"),
            ["split"] = string.Join(',', plan.Split),
            ["tasks"] = FormattableString.Invariant($"{plan.Tasks().Count}"),
        };
        _ = options.Remove(SweepFolder.TaskOption);
        return options;
    }

    private static IEnumerable<string> Notes(Measured[] measured, SweepTask[] missing, SweepTask[] cutShort)
    {
        yield return $"A sweep of {measured.Length + missing.Length} tasks, measured one by one: cells of one task shared their time, "
            + $"cells of different tasks did not.";
        if (missing.Length > 0)
        {
            yield return $"Missing: {(missing.Length == 1 ? "task" : "tasks")} {Numbers(missing)}.";
        }

        if (cutShort.Length > 0)
        {
            yield return $"Cut short: {(cutShort.Length == 1 ? "task" : "tasks")} {Numbers(cutShort)}.";
        }

        foreach ((string what, Func<MachineFacts, string?> fact) in new (string, Func<MachineFacts, string?>)[]
        {
            ("kernels", m => m.Kernel), (".NET runtimes", m => m.Runtime), ("settings of the GC", m => m.Gc),
            ("settings of the JIT", m => m.Tiering),
        })
        {
            IGrouping<string?, Measured>[] values = [.. measured.GroupBy(m => fact(m.Run.Machine))];
            if (values.Length > 1)
            {
                yield return $"The tasks ran under {values.Length} {what}: "
                    + string.Join("; ", values.Select(value => $"{value.Key ?? "unknown"} (tasks {Numbers(value.Select(m => m.Task))})"))
                    + ".";
            }
        }
    }

    private sealed record Measured(SweepTask Task, RunRecord<RaceCell> Run);
}
