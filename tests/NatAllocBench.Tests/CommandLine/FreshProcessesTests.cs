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
    public void A_count_that_is_none_is_refused()
    {
        ProgramRun run = ProgramRun.Of("throughput", "--runs", "0");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--runs: use 1 to 100", run.Error, StringComparison.Ordinal);
    }
}
