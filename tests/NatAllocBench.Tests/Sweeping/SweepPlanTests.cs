using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Format;
using NatAllocBench.Sweeping;

namespace NatAllocBench.Tests.Sweeping;

public sealed class SweepPlanTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Every_combination_of_the_split_lists_is_a_task_and_the_other_lists_stay_together()
    {
        IReadOnlyList<SweepTask> tasks = SamplePlan.Four.Tasks();

        Assert.Equal(
            ["eras 4.14, window 0", "eras 4.14, window 1us", "eras 6.12, window 0", "eras 6.12, window 1us"],
            tasks.Select(task => task.Label));
        Assert.Equal([0, 1, 2, 3], tasks.Select(task => task.Number));
        Assert.All(tasks, task => Assert.Equal(["default", "random-fully"], task.Series.Modes));
        Assert.Equal(4, tasks.Select(task => task.Seed).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void The_tasks_of_a_preset_have_its_cells_each_once(string name)
    {
        var preset = PresetFile.Load(name);
        IReadOnlyList<SweepTask> tasks = (SamplePlan.Four with { Preset = preset, Split = SeriesSplit.Lists }).Tasks();

        Assert.Equal(
            preset.Series.SelectMany(CellPlan.Of).Select(cell => (cell.Series, cell.Workload)).ToHashSet(),
            tasks.SelectMany(task => CellPlan.Of(task.Series)).Select(cell => (cell.Series, cell.Workload)).ToHashSet());
        Assert.All(tasks, task => Assert.Single(CellPlan.Of(task.Series)));
    }

    public static TheoryData<string> Presets => ["grid", "quick", "churn", "mitigations"];

    [Fact]
    public void The_grid_crosses_its_axes_and_a_task_holds_the_modes()
    {
        SweepPlan plan = SamplePlan.Four with { Preset = PresetFile.Load("grid"), Split = ["eras", "occupancy", "window"] };

        SweepTask[] crossed = [.. plan.Tasks().Where(task => !task.Series.IsPair)];
        Assert.Equal(27, crossed.Length);
        Assert.All(crossed, task => Assert.Equal(3, CellPlan.Of(task.Series).Count()));
        Assert.Equal(2, plan.Tasks().Count - crossed.Length);
    }

    [Fact]
    public void A_plan_reads_as_it_was_written_and_its_fingerprint_holds_every_part()
    {
        var folder = SweepFolder.Create(_directory, SamplePlan.Four);

        Assert.Equal(SamplePlan.Four.Fingerprint(), SweepFolder.Open(_directory).Plan.Fingerprint());
        Assert.Equal(SamplePlan.Four.Tasks().Select(t => t.Seed), SweepFolder.Open(_directory).Plan.Tasks().Select(t => t.Seed));
        SweepPlan[] others =
        [
            folder.Plan with { Seed = 8 }, folder.Plan with { MaxTrials = 9 }, folder.Plan with { SecondsOfTask = 3 },
            folder.Plan with { Split = ["eras"] }, folder.Plan with { Cpus = "2" }, folder.Plan with { Preset = PresetFile.Load("quick") },
        ];
        Assert.Equal(7, others.Append(folder.Plan).Select(plan => plan.Fingerprint()).Distinct().Count());
        Assert.All(others, other => Assert.Contains(
            "holds another sweep", Assert.Throws<RunFormatException>(() => SweepFolder.Create(_directory, other)).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void More_tasks_than_an_array_job_holds_are_refused()
    {
        string[] windows = [.. Enumerable.Range(0, 1001).Select(ns => $"{ns}ns")];
        SweepPlan plan = SamplePlan.Four with
        {
            Preset = SamplePlan.Four.Preset with { Series = [new PresetSeries { Window = windows }] },
            Split = ["window"],
        };

        Assert.Contains("more than 1000 tasks", Assert.Throws<PresetException>(plan.Tasks).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"preset\":null}")]
    public void A_file_that_is_no_plan_is_refused_in_one_line(string json)
    {
        File.WriteAllText(Path.Combine(_directory, SweepPlan.FileName), json);

        Assert.DoesNotContain('\n', Assert.ThrowsAny<Exception>(() => SweepFolder.Open(_directory)).Message);
    }

    [Fact]
    public void A_run_that_was_cut_short_replaces_no_whole_one_and_a_retry_removes_what_a_killed_try_left()
    {
        var folder = SweepFolder.Create(_directory, SamplePlan.Four);
        SweepTask task = folder.Plan.Tasks()[2];
        var whole = SamplePlan.RunOf(folder, 2);
        string unfinished = folder.FileOf(task) + ".4711-0123456789abcdef0123456789abcdef.tmp";
        string file = folder.Write(task, whole);
        File.WriteAllText(unfinished, "{");

        Assert.Equal(file, folder.Write(task, whole with { Completed = false, Cells = [whole.Cells[0]] }));

        Assert.Equal([file], Directory.GetFiles(folder.TaskDirectory));
        Assert.Equal(2, folder.Read(task)!.Cells.Count);
        Assert.True(folder.IsWhole(task));
    }

    [Fact]
    public void The_job_quotes_the_program_and_names_the_tasks()
    {
        var folder = new SweepFolder("/shared/grid", SamplePlan.Four);

        string job = SlurmJob.Text(folder, ["/opt/it's here/NatAllocBench"]);

        Assert.Contains("#SBATCH --array=0-3\n", job, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --exclusive\n", job, StringComparison.Ordinal);
        Assert.EndsWith("exec '/opt/it'\\''s here/NatAllocBench' sweep '/shared/grid' --task\n", job, StringComparison.Ordinal);
        Assert.True(SlurmJob.IsPlain("/shared/grid-1_a.b"));
        Assert.All(["/a b", "/a%j", "/a'b", "/a\nb", "/a\\b"], path => Assert.False(SlurmJob.IsPlain(path)));
    }
}
