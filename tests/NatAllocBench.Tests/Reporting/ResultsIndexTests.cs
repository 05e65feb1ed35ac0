using NatAllocBench.Reporting;

namespace NatAllocBench.Tests.Reporting;

public sealed class ResultsIndexTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private readonly ResultsStore _store;

    public ResultsIndexTests()
    {
        _store = new ResultsStore(_root);
        RunRecord<RaceCell> run = SampleRuns.Race();
        _ = _store.Publish(run);
        _ = _store.Publish(run with { StartedUtc = run.StartedUtc.AddDays(1), Completed = false });
        _ = _store.Publish(run with { Machine = SampleRuns.Machine with { CpuModel = "Ampere|Altra", Arch = "arm64" } });
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Machines_are_listed_by_name_and_their_newest_run_first()
    {
        string page = ResultsIndex.Markdown(_store);

        int arm = page.IndexOf("## linux-arm64-ampere-altra\n", StringComparison.Ordinal);
        int amd = page.IndexOf("## linux-x64-amd-epyc-9r45-zen-5\n", StringComparison.Ordinal);
        const string Newer =
            "| 2026-03-05 23:30 | [quick](linux-x64-amd-epyc-9r45-zen-5/20260305-0123456789-quick/tables.md) | 0123456789 | 2 | cut short; ";
        int newer = page.IndexOf(Newer, StringComparison.Ordinal);
        int older = page.IndexOf("| 2026-03-04 23:30 |", amd, StringComparison.Ordinal);
        Assert.True(0 < arm && arm < amd && amd < newer && newer < older, page);
        Assert.Contains("Ampere\\|Altra", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Publishing_again_changes_nothing_and_the_check_agrees()
    {
        Assert.Equal(1, ResultsIndex.Check(_root).ExitCode);
        Assert.Equal(
            $"{Path.Combine(_root, "README.md")}\n{Path.Combine(_root, "schema/run-1.schema.json")}\n", ResultsIndex.Publish(_root).Output);
        Assert.Equal("", ResultsIndex.Publish(_root).Output);
        Assert.Equal(new CommandResult(0, ""), ResultsIndex.Check(_root));
    }

    [Fact]
    public void A_stale_table_is_named_and_mended()
    {
        _ = ResultsIndex.Publish(_root);
        string tables = Path.Combine(_store.RunDirectories()[0], "tables.md");
        File.AppendAllText(tables, "x");

        Assert.Contains("tables.md is not what the run generates", ResultsIndex.Check(_root).Output, StringComparison.Ordinal);
        Assert.Equal(tables + "\n", ResultsIndex.Publish(_root).Output);
        Assert.Equal(0, ResultsIndex.Check(_root).ExitCode);
    }

    [Fact]
    public void A_misplaced_or_broken_run_is_bad_input()
    {
        string run = _store.RunDirectories()[0];
        Directory.Move(run, Path.Combine(_root, "linux-arm64-ampere-altra", "[x](javascript:1)"));
        CommandResult misplaced = ResultsIndex.Publish(_root);
        File.WriteAllText(Path.Combine(_root, "linux-arm64-ampere-altra", "[x](javascript:1)", "run.json"), "{}");

        Assert.Equal(2, misplaced.ExitCode);
        Assert.Contains("belongs into", misplaced.Error, StringComparison.Ordinal);
        Assert.Equal(2, ResultsIndex.Check(_root).ExitCode);
    }

    [Fact]
    public void A_matrix_sets_machines_side_by_side()
    {
        string[] runs = [.. _store.RunDirectories()];

        CommandResult result = MatrixCommand.Run([runs[0], runs[1]]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("- A: Ampere\\|Altra, 2 CPUs", result.Output, StringComparison.Ordinal);
        Assert.Contains("| mode | A | B |", result.Output, StringComparison.Ordinal);
        Assert.Contains("| default | 2.30 % [1.27, 3.81] | 2.30 % [1.27, 3.81] |", result.Output, StringComparison.Ordinal);
        Assert.Contains("## million connections/s [95 %]\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_of_different_things_is_bad_input()
    {
        string other = _store.Publish(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 2e6)));

        Assert.Equal(2, MatrixCommand.Run([_store.RunDirectories()[0], other]).ExitCode);
        Assert.Equal(2, MatrixCommand.Run([]).ExitCode);
        Assert.Equal(0, MatrixCommand.Run([other]).ExitCode);
    }
}
