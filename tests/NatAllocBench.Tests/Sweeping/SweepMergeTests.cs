using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Sweeping;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Sweeping;

public sealed class SweepMergeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private readonly SweepFolder _folder;

    public SweepMergeTests() => _folder = SweepFolder.Create(_directory, SamplePlan.Four);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Whole_tasks_make_one_sound_run_with_the_cells_in_the_order_of_the_tasks()
    {
        foreach (int number in new[] { 3, 1, 0, 2 })
        {
            Write(number);
        }

        SweepMerge merge = Assert.Single(SweepMerge.Of(_folder, byMachine: false));

        Assert.Empty(merge.Missing);
        Assert.True(merge.Run.Completed);
        Assert.Empty(RunValidator.Check(RunFormat.Read(RunFormat.Write(merge.Run)), DateTimeOffset.UtcNow));
        Assert.Equal(
            [("4.14", 0), ("4.14", 1000), ("6.12", 0), ("6.12", 1000)],
            merge.Run.Cells.Select(cell => (cell.Era, (int)cell.WindowAddedNs!)).Distinct());
        Assert.Equal(8, merge.Run.Cells.Count);
        Assert.Equal("four", merge.Run.Name);
        Assert.False(merge.Run.Options.ContainsKey(SweepFolder.TaskOption));
        Assert.Equal([7, .. _folder.Plan.Tasks().Select(task => task.Seed)], merge.Run.Seeds);
    }

    [Fact]
    public void What_is_missing_or_cut_short_is_said_by_number_and_is_in_the_run_with_its_reason()
    {
        Write(0);
        Write(3, run => run with { Completed = false });

        SweepMerge merge = Assert.Single(SweepMerge.Of(_folder, byMachine: false));

        Assert.Equal([1, 2], merge.Missing.Select(task => task.Number));
        Assert.Equal([3], merge.CutShort.Select(task => task.Number));
        Assert.False(merge.Run.Completed);
        Assert.Contains("Missing: tasks 1-2.", merge.Run.Notes);
        Assert.Contains("Cut short: task 3.", merge.Run.Notes);
        Assert.Equal(8, merge.Run.Cells.Count);
        Assert.Equal(
            ["task 1 of the sweep is missing", "task 2 of the sweep is missing"],
            merge.Run.Cells.Select(cell => cell.Missing).OfType<string>().Distinct());
        Assert.Empty(RunValidator.Check(merge.Run, DateTimeOffset.UtcNow));
    }

    [Fact]
    public void A_cell_without_failures_is_as_overdispersed_as_its_neighbours_in_other_tasks()
    {
        long[] attempts = [100_000, 100_000, 100_000];
        Write(0, run => run with { Cells = [.. run.Cells.Select(cell => With(cell, attempts, [0, 0, 0]))] });
        Write(1, run => run with { Cells = [.. run.Cells.Select(cell => With(cell, attempts, [10, 2000, 300]))] });

        IReadOnlyList<RaceCell> cells = Assert.Single(SweepMerge.Of(_folder, byMachine: false)).Run.Cells;

        Assert.All(cells.Where(cell => cell.InsertFailed == 0), cell =>
        {
            Assert.True(cell.NeighboursOverdispersion > 100, $"{cell.NeighboursOverdispersion}");
            Assert.True(cell.RateHigh > 100 * 3 / 300_000.0, $"{cell.RateHigh}");
        });

        static RaceCell With(RaceCell cell, long[] attempts, long[] failed) =>
            (cell with { PerTrial = SampleRuns.Cell(cell.Mode, attempts, failed).PerTrial }).Summarised();
    }

    [Fact]
    public void Different_machines_make_no_one_run_but_one_each_where_that_is_asked_for()
    {
        Write(0);
        Write(1);
        Write(2, run => run with { Machine = run.Machine with { Cores = 64 } });

        string refusal = Assert.Throws<RunFormatException>(() => SweepMerge.Of(_folder, byMachine: false)).Message;
        IReadOnlyList<SweepMerge> each = SweepMerge.Of(_folder, byMachine: true);

        Assert.Contains("2 kinds of machines", refusal, StringComparison.Ordinal);
        Assert.Contains("tasks 0-1", refusal, StringComparison.Ordinal);
        Assert.Contains("--by-machine", refusal, StringComparison.Ordinal);
        Assert.Equal([2, 64], each.Select(merge => merge.Run.Machine.Cores));
        Assert.All(each, merge => Assert.Equal([3], merge.Missing.Select(task => task.Number)));
    }

    [Fact]
    public void Another_kernel_is_a_fact_that_is_said_and_another_commit_is_refused()
    {
        Write(0);
        Write(1, run => run with { Machine = run.Machine with { Kernel = "6.1.0" } });

        Assert.Contains(
            "The tasks ran under 2 kernels: 6.12.1 (tasks 0); 6.1.0 (tasks 1).",
            Assert.Single(SweepMerge.Of(_folder, byMachine: false)).Run.Notes);
        Write(2, run => run with { MeasuredCommit = "fedcba9876543210" });
        Assert.Contains(
            "by 2 commits", Assert.Throws<RunFormatException>(() => SweepMerge.Of(_folder, byMachine: false)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_task_or_sweep_and_an_empty_sweep_are_refused()
    {
        Assert.Contains(
            "none of 4 tasks", Assert.Throws<RunFormatException>(() => SweepMerge.Of(_folder, byMachine: false)).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(_folder.FileOf(_folder.Plan.Tasks()[1]), RunFormat.Write(SamplePlan.RunOf(_folder, 0)));
        Assert.Contains(
            "is no run of task 1", Assert.Throws<RunFormatException>(() => SweepMerge.Of(_folder, byMachine: false)).Message,
            StringComparison.Ordinal);
    }

    private void Write(int number, Func<RunRecord<RaceCell>, RunRecord<RaceCell>>? change = null)
    {
        RunRecord<RaceCell> run = SamplePlan.RunOf(_folder, number);
        _folder.Write(_folder.Plan.Tasks()[number], change?.Invoke(run) ?? run);
    }
}
