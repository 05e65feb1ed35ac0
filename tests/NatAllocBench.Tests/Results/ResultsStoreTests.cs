using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Tests.Results;

public sealed class ResultsStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_run_is_keyed_by_machine_date_commit_and_preset() =>
        Assert.Equal($"{MachineIdentity.Of(SampleRuns.Machine)}/20260304-0123456789-quick", ResultsStore.DirectoryOf(SampleRuns.Race()));

    [Fact]
    public void The_command_names_a_run_without_a_preset() =>
        Assert.EndsWith("/20260304-uncommitted-throughput", ResultsStore.DirectoryOf(SampleRuns.Throughput()), StringComparison.Ordinal);

    [Theory]
    [InlineData("../../etc", "etc")]
    [InlineData("", "unknown")]
    [InlineData("..", "unknown")]
    [InlineData("Intel(R) Core(TM) i7 @ 3.60GHz", "intel-r-core-tm-i7-3.60ghz")]
    public void Odd_machine_names_stay_one_plain_segment(string model, string slug)
    {
        RunRecord<RaceCell> run = SampleRuns.Race() with { Machine = SampleRuns.Machine with { CpuModel = model } };

        Assert.StartsWith($"linux-x64-{slug}-2cpu-", ResultsStore.DirectoryOf(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Publishing_writes_the_run_its_tables_and_its_chart_and_nothing_else()
    {
        RunRecord<RaceCell> run = SampleRuns.Race();

        string directory = new ResultsStore(_root).Publish(run);

        Assert.Equal(
            ["quick-rate-modes.svg", "run.json", "tables.md"],
            Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Order());
        Assert.Equal(RunFormat.Write(run), File.ReadAllBytes(Path.Combine(directory, "run.json")));
        Assert.Equal(RunReport.Markdown(run), File.ReadAllText(Path.Combine(directory, "tables.md")));
        Assert.Equal([directory], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(directory)!));
    }

    [Fact]
    public void A_second_run_of_the_same_name_gets_a_counter()
    {
        ResultsStore store = new(_root);

        string first = store.Publish(SampleRuns.Race());
        string second = store.Publish(SampleRuns.Race());

        Assert.Equal(first + "-2", second);
        Assert.Equal([first, second], store.RunDirectories());
    }

    [Fact]
    public void A_target_that_cannot_be_written_is_refused_in_one_line_with_the_way_out()
    {
        string file = Path.Combine(_root, "file");
        File.WriteAllText(file, "in the way");

        ResultsWriteException e = Assert.Throws<ResultsWriteException>(() => new ResultsStore(file).Publish(SampleRuns.Race()));

        Assert.Contains(file, e.Message, StringComparison.Ordinal);
        Assert.Contains("--out", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_run_that_cannot_be_written_leaves_nothing_behind()
    {
        RaceCell cell = SampleRuns.Cell("default", [10], [1]) with { WindowP50Ns = double.NaN };

        Assert.Throws<RunFormatException>(() => new ResultsStore(_root).Publish(SampleRuns.Race(cell)));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public void A_store_that_does_not_exist_has_no_runs() => Assert.Empty(new ResultsStore(Path.Combine(_root, "none")).RunDirectories());
}
