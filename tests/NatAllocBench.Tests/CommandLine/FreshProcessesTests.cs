using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

[Collection(Alone.Name)]
public sealed class FreshProcessesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Each_of_several_processes_makes_rounds_and_the_figure_is_the_median_of_theirs()
    {
        string file = Path.Combine(_root, "run.json");

        ProgramRun run = ProgramRun.Of(
            "throughput", "--runs", "2", "--seconds", "40", "--max-rounds", "20", "--rounds", "3", "--connections", "2k", "--threads", "1",
            "--designs", "kernel-locks", "--no-save", "--uncalibrated", "--json", file);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("process 2 of 2", run.Output, StringComparison.Ordinal);
        ThroughputCell cell = Assert.Single(((RunRecord<ThroughputCell>)RunFormat.ReadFile(file)).Cells);
        Assert.Equal([0, 1], cell.PerRound!.Process!.Distinct());
        Assert.Equal(2, cell.PerRound.ProcessMedians()!.Count);
        Assert.Equal(cell.Summarised().ConnectionsPerSecond, cell.ConnectionsPerSecond);
    }

    // The other build is this one: what it measures has its commit in the name, and every round is one of a process.
    [Fact]
    public void Another_build_takes_turns_and_its_designs_have_its_commit()
    {
        string file = Path.Combine(_root, "run.json");

        ProgramRun run = ProgramRun.Of(
            "throughput", "--beside", Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll"), "--runs", "2", "--seconds", "40",
            "--max-rounds", "1", "--rounds", "1", "--connections", "2k", "--threads", "1", "--designs", "lock-free,floor", "--no-save",
            "--uncalibrated", "--json", file);

        Assert.True(run.ExitCode == 0, run.Error);
        var pooled = (RunRecord<ThroughputCell>)RunFormat.ReadFile(file);
        string other = $"lock-free@{pooled.MeasuredCommit![..10]}";
        Assert.Equal(["lock-free", "floor", other], pooled.Cells.Select(cell => cell.Design));
        Assert.All(pooled.Cells, cell => Assert.True(cell.PerRound is not null || cell.Missing!.Contains("preempted"), cell.ToString()));
        Assert.Matches("(?s)this build's.*the other.*the other.*this build's", run.Output);
        Assert.Contains(pooled.Notes, note => note.Contains($"@{pooled.MeasuredCommit[..10]}", StringComparison.Ordinal));
    }

    [Fact]
    public void Races_of_several_processes_are_pooled_with_the_process_of_each_trial()
    {
        string file = Path.Combine(_root, "run.json");

        ProgramRun run = ProgramRun.Of(
            "race", "--runs", "2", "--seconds", "40", "--max-trials", "6", "--connections", "200", "--eras", "4.14", "--modes", "default",
            "--arrival", "closed", "--cpus", "0-0", "--seed", "5", "--no-save", "--uncalibrated", "--json", file);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("process 2 of 2", run.Output, StringComparison.Ordinal);
        var pooled = (RunRecord<RaceCell>)RunFormat.ReadFile(file);
        Assert.Equal([5UL, 6UL], pooled.Seeds);
        Assert.Equal("2", pooled.Options["runs"]);
        Assert.All(pooled.Cells.Where(cell => cell.Missing is null), cell =>
        {
            Assert.Equal([0, 1], cell.PerTrial!.Process!.Distinct());
            Assert.Equal(cell.Trials, cell.PerTrial.Overlap!.ReferenceNs!.Count);
            Assert.True(cell.ReferenceNs > 0);
        });
        ProgramRun valid = ProgramRun.Here("validate", file);
        Assert.True(valid.ExitCode == 0, valid.Output + valid.Error);
    }

    // No two CPUs are a millisecond apart: the wait ends with the time that the process may measure, and the run is made all the same.
    [LinuxTheory]
    [InlineData("throughput", "--designs", "kernel-locks", "--threads", "1", "--connections", "2k", "--rounds", "1", "--max-rounds", "1")]
    [InlineData("race", "--connections", "200", "--max-trials", "1", "--eras", "4.14", "--modes", "default", "--arrival", "closed")]
    public void A_placement_that_does_not_come_is_waited_for_so_long_and_then_noted(params string[] command)
    {
        if (Environment.ProcessorCount < 2)
        {
            return;
        }

        string file = Path.Combine(_root, "run.json");

        ProgramRun run = ProgramRun.Of(
            [.. command, "--seconds", "0.2", "--placement", "1ms", "--no-save", "--uncalibrated", "--json", file]);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains(
            "waiting, at most 0.2 s, until the first two CPUs are about 1000000 ns apart", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            RunFormat.ReadFile(file).Notes,
            note =>
                note.StartsWith("not placed as asked: the first two CPUs were ", StringComparison.Ordinal)
                    && note.EndsWith("ns apart after 0.2 s of waiting, not 1000000 ns", StringComparison.Ordinal));
    }

    [Fact]
    public void The_wait_ends_when_the_placement_is_there_and_leaves_no_note()
    {
        Queue<double?> roundTrips = new([300, null, 60]);
        List<string> lines = [];
        var wait = new PlacementWait(CpuSet.Of([0, 1]), 52, TimeSpan.FromSeconds(60), roundTrips.Dequeue);

        wait.Await(lines.Add, CancellationToken.None);

        Assert.Empty(roundTrips);
        Assert.Equal(["waiting, at most 60 s, until the first two CPUs are about 52 ns apart; now 300 ns"], lines);
        Assert.Empty(wait.Notes);
    }

    [Theory]
    [InlineData("--runs: use 1 to 100", "throughput", "--runs", "0")]
    [InlineData("--runs: use 1 to 100", "race", "--runs", "101")]
    [InlineData("--preset prices runs in one process: leave --runs and --placement out", "race", "--preset", "prices", "--runs", "2")]
    [InlineData("--placement", "race", "--placement", "near")]
    [InlineData("--beside none.dll: no such program", "throughput", "--beside", "none.dll")]
    [InlineData("--placement 0: use a round trip above 0", "throughput", "--placement", "0")]
    public void What_cannot_be_is_refused_before_anything_is_measured(string message, params string[] arguments)
    {
        ProgramRun run = ProgramRun.Here(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
