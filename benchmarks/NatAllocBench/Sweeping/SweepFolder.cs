using System.Globalization;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Sweeping;

/// <summary>
/// The directory of a sweep, which machines may share: the plan, and below <c>tasks</c> one file for each task that was measured.
/// </summary>
internal sealed record SweepFolder(string Directory, SweepPlan Plan)
{
    /// <summary>The option of a task's run that says which sweep it belongs to.</summary>
    public const string SweepOption = "sweep";

    /// <summary>The option of a task's run that says which task it is.</summary>
    public const string TaskOption = "task";

    /// <summary>The directory of the tasks' files.</summary>
    public string TaskDirectory => Path.Combine(Directory, "tasks");

    /// <summary>The file of a task: another one for each, and always the same.</summary>
    public string FileOf(SweepTask task) => Path.Combine(
        TaskDirectory, string.Create(CultureInfo.InvariantCulture, $"{task.Number:0000}-{ResultsStore.Slug(task.Label)}.json"));

    /// <summary>Opens the directory of a sweep.</summary>
    /// <exception cref="RunFormatException">It is none.</exception>
    public static SweepFolder Open(string directory) => new(directory, SweepPlan.Read(directory));

    /// <summary>Puts a plan into a directory. Where it is already, the sweep goes on.</summary>
    /// <exception cref="RunFormatException">The directory is that of another sweep.</exception>
    public static SweepFolder Create(string directory, SweepPlan plan)
    {
        var folder = new SweepFolder(directory, plan);
        _ = System.IO.Directory.CreateDirectory(folder.TaskDirectory);
        string path = Path.Combine(directory, SweepPlan.FileName);
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, plan.Write());
        }
        else if (SweepPlan.Read(directory).Fingerprint() != plan.Fingerprint())
        {
            throw new RunFormatException($"{directory} holds another sweep; name another directory with --out, or remove it");
        }

        return folder;
    }

    /// <summary>The options that mark a task's run.</summary>
    public IEnumerable<KeyValuePair<string, string>> MarksOf(SweepTask task) =>
    [
        new(SweepOption, Plan.Fingerprint()), new(TaskOption, task.Number.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Writes a task's run in place of an earlier one; a run that was cut short replaces no whole one.</summary>
    /// <returns>The file.</returns>
    public string Write(SweepTask task, RunRecord<RaceCell> run)
    {
        string file = FileOf(task);
        foreach (string unfinished in System.IO.Directory.EnumerateFiles(TaskDirectory, $"{Path.GetFileName(file)}.*.tmp"))
        {
            // Of an earlier try of this task, which was killed while it wrote; that may have been on another machine.
            File.Delete(unfinished);
        }

        if (run.Completed || !IsWhole(task))
        {
            AtomicFile.Write(file, RunFormat.Write(run));
        }

        return file;
    }

    /// <summary>Whether a task was measured, and not cut short.</summary>
    public bool IsWhole(SweepTask task) => File.Exists(FileOf(task)) && Read(task) is { Completed: true };

    /// <summary>The run of a task; null where there is none.</summary>
    /// <exception cref="RunFormatException">The file is no sound run of this task.</exception>
    public RunRecord<RaceCell>? Read(SweepTask task)
    {
        string file = FileOf(task);
        if (!Path.Exists(file))
        {
            return null;
        }

        return SoundRun.ReadFile(file) is RunRecord<RaceCell> run
            && MarksOf(task).All(mark => run.Options.GetValueOrDefault(mark.Key) == mark.Value)
            ? run
            : throw new RunFormatException(
                $"{file}: is no run of task {task.Number} of this sweep; move it away and measure the task again");
    }
}
