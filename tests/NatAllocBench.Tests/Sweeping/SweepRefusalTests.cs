using NatAllocBench.Tests.CommandLine;

namespace NatAllocBench.Tests.Sweeping;

[Collection(InProcess.Name)]
public sealed class SweepRefusalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("sweep none.json", "none.json")]
    [InlineData("sweep grid --split colours", "--split colours")]
    [InlineData("sweep grid --task 29 --out made", "tasks 0 to 28")]
    [InlineData("sweep grid --task --out made", "SLURM_ARRAY_TASK_ID")]
    [InlineData("sweep grid --seconds 0", "--seconds")]
    [InlineData("sweep grid --cpus 1-", "--cpus")]
    [InlineData("sweep grid --engine slurm --task 1", "--engine")]
    [InlineData("sweep grid --engine none", "'none' not recognized")]
    [InlineData("sweep grid --engine slurm --out none/none/none", "--out")]
    [InlineData("merge .", "sweep.json")]
    [InlineData("sweep . --seed 3", "--seed")]
    public void Wrong_input_is_one_line_and_leaves_no_run(string commandLine, string named)
    {
        ProgramRun run = ProgramRun.HereIn(_root, commandLine.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(Directory.GetFiles(_root, "*-*.json", SearchOption.AllDirectories));
    }
}
