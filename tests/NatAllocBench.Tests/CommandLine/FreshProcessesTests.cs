using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
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
            "throughput", "--runs", "4", "--seconds", "2", "--max-rounds", "3", "--rounds", "1", "--connections", "2k", "--threads", "1",
            "--designs", "kernel-locks", "--no-save", "--json", file);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("process 4 of 4", run.Output, StringComparison.Ordinal);
        ThroughputCell cell = Assert.Single(((RunRecord<ThroughputCell>)RunFormat.ReadFile(file)).Cells);
        Assert.Equal([0, 1, 2, 3], cell.PerRound!.Process!.Distinct());
        Assert.Equal(4, cell.PerRound.ProcessMedians()!.Count);
        Assert.Equal(cell.Summarised().ConnectionsPerSecond, cell.ConnectionsPerSecond);
    }

    [Fact]
    public void Races_of_several_processes_are_pooled_with_the_process_of_each_trial()
    {
        string file = Path.Combine(_root, "run.json");

        ProgramRun run = ProgramRun.Of(
            "race", "--runs", "2", "--seconds", "2", "--max-trials", "6", "--connections", "200", "--eras", "4.14", "--modes", "default",
            "--arrival", "closed", "--cpus", "0-0", "--seed", "5", "--no-save", "--json", file);

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
        ProgramRun valid = ProgramRun.Of("validate", file);
        Assert.True(valid.ExitCode == 0, valid.Output + valid.Error);
    }

    [Theory]
    [InlineData("--runs: use 1 to 100", "throughput", "--runs", "0")]
    [InlineData("--runs: use 1 to 100", "race", "--runs", "101")]
    [InlineData("--preset prices runs in one process: leave --runs and --placement out", "race", "--preset", "prices", "--runs", "2")]
    [InlineData("--placement", "race", "--placement", "near")]
    [InlineData("--placement 0: use a round trip above 0", "throughput", "--placement", "0")]
    public void What_cannot_be_is_refused_before_anything_is_measured(string message, params string[] arguments)
    {
        ProgramRun run = ProgramRun.Of(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}
