using NatAllocBench.Results.Model;

namespace NatAllocBench.Tests.Results;

public sealed class PooledProcessesTests
{
    [Fact]
    public void Every_figure_is_that_of_all_processes_and_not_of_the_first()
    {
        RunRecord<ThroughputCell> pooled = PooledProcesses.Pool([Run(125, 1, 0.2), Run(130, 0.5, 0.4), Run(120, 0, 0.6)]);

        ThroughputCell cell = Assert.Single(pooled.Cells);
        Assert.Equal([0, 0, 1, 1, 2, 2], cell.PerRound!.Process!);
        Assert.Equal(0.5, cell.ShortPathShare!.Value, 1e-12);
        Assert.Equal(0.4, cell.CollectionsPerRound!.Value, 1e-12);
        Assert.Equal(0, cell.OtherPlacementRounds);
    }

    [Fact]
    public void Rounds_of_a_process_that_was_placed_otherwise_are_counted_and_left_out()
    {
        RunRecord<ThroughputCell> pooled = PooledProcesses.Pool([Run(500, 0, 0), Run(130, 1, 0), Run(120, 1, 0)]);

        ThroughputCell cell = Assert.Single(pooled.Cells);
        Assert.Equal([0, 0, 1, 1], cell.PerRound!.Process!);
        Assert.Equal(2, cell.OtherPlacementRounds);
        Assert.Equal(1, cell.ShortPathShare);
    }

    [Fact]
    public void A_warning_of_one_process_says_which()
    {
        RunRecord<ThroughputCell>[] runs = [Run(125, 1, 0), Run(125, 1, 0), Run(125, 1, 0)];
        string[][] warnings = [["a virtual machine"], ["other work took 35 %", "a virtual machine"], ["a virtual machine"]];

        RunRecord<ThroughputCell> pooled = PooledProcesses.Pool(
            [.. runs.Zip(warnings, (run, own) => run with { Machine = run.Machine with { Warnings = own } })]);

        Assert.Equal(["a virtual machine", "process 2 of 3: other work took 35 %"], pooled.Machine.Warnings);
    }

    private static RunRecord<ThroughputCell> Run(double pingPongNs, double shortPath, double collections)
    {
        ThroughputCell cell = SampleRuns.Design("batched", 1e6, 2e6);
        return SampleRuns.Throughput(cell with
        {
            PerRound = cell.PerRound! with { Process = null },
            PingPongNs = pingPongNs,
            ShortPathShare = shortPath,
            CollectionsPerRound = collections,
        });
    }
}
