using NatAllocBench.Reports;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

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

        int arm = page.IndexOf("## linux-arm64-ampere-altra-2cpu-", StringComparison.Ordinal);
        string epyc = MachineIdentity.Of(SampleRuns.Machine);
        int amd = page.IndexOf($"## {epyc}\n", StringComparison.Ordinal);
        string newerRow =
            $"| 2026-03-05 23:30 | [quick]({epyc}/20260305-0123456789-quick/tables.md) | 0123456789 | 2 | cut short |\n";
        int newer = page.IndexOf(newerRow, StringComparison.Ordinal);
        int older = page.IndexOf("| 2026-03-04 23:30 |", amd, StringComparison.Ordinal);
        Assert.True(0 < arm && arm < amd && amd < newer && newer < older, page);
        Assert.Contains("Ampere\\|Altra", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_run_on_one_CPU_does_not_hide_the_losses()
    {
        RunRecord<RaceCell> run = SampleRuns.Race();
        string before = Headline();
        _ = _store.Publish(run with
        {
            StartedUtc = run.StartedUtc.AddDays(2),
            GivenName = "quick-one-cpu",
            Cells =
            [
                new RaceCell
                {
                    System = "model",
                    Era = run.Cells[0].Era,
                    Mode = "default",
                    Protocol = "tcp",
                    Cpus = 2,
                    Clients = 4,
                    Destinations = 1,
                    Missing = "a pair needs two CPUs",
                },
            ],
        });

        Assert.Contains(" % [", before, StringComparison.Ordinal);
        Assert.Equal(before, Headline());

        string Headline() => ResultsIndex.Markdown(_store).Split('\n').Single(
            line => line.StartsWith($"| {MachineIdentity.Of(SampleRuns.Machine)} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Speeds_are_those_of_a_run_named_throughput_where_there_is_one()
    {
        RunRecord<ThroughputCell> run = SampleRuns.Throughput(SampleRuns.Design("batched", 3e6, 3e6, 3e6));
        _ = _store.Publish(run);
        _ = _store.Publish(run with
        {
            StartedUtc = run.StartedUtc.AddDays(2),
            GivenName = "against-commit",
            Cells = [SampleRuns.Design("batched", 5e6, 5e6, 5e6)],
        });

        Assert.Contains("| - / 3.00 |", ResultsIndex.Markdown(_store), StringComparison.Ordinal);
    }

    [Fact]
    public void What_all_runs_of_a_machine_share_stands_above_its_table() => Assert.Contains(
        "In every run: 2 CPUs; Debian GNU/Linux 12; kernel 6.12.1; .NET 10.0.12; the governor is powersave.",
        ResultsIndex.Markdown(_store),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(3, "1 micro benchmarks of 3 values or more: a first look, 15 are needed to compare two reports")]
    [InlineData(15, "1 micro benchmarks of 15 values or more\n")]
    public void A_report_of_the_micro_benchmarks_is_listed_with_its_machine(int values, string text)
    {
        string epyc = MachineIdentity.Of(SampleRuns.Machine);
        string directory = Directory.CreateDirectory(Path.Combine(_root, epyc, "20260304-0123456789-micro")).FullName;
        File.WriteAllText(
            Path.Combine(directory, "micro-report-full.json"), $$"""{ "Benchmarks": [ { "Statistics": { "N": {{values}} } } ] }""");
        File.WriteAllText(Path.Combine(directory, "micro-report-github.md"), "| Mean |\n");

        Assert.Contains(
            $"- [20260304-0123456789-micro]({epyc}/20260304-0123456789-micro/micro-report-github.md): {text}",
            ResultsIndex.Markdown(_store),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Benchmarks":[]}""")]
    [InlineData("[")]
    public void A_report_of_the_micro_benchmarks_without_a_benchmark_is_refused(string json)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_root, MachineIdentity.Of(SampleRuns.Machine), "micro")).FullName;
        File.WriteAllText(Path.Combine(directory, "micro-report-full.json"), json);

        CommandResult result = ResultsIndex.Check(_root);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("micro-report-full.json: not a report of BenchmarkDotNet", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_comparison_is_part_of_the_index_and_goes_stale_with_its_runs()
    {
        string[] runs = [.. _store.RunDirectories().Select(d => Path.GetRelativePath(_root, d).Replace('\\', '/'))];
        File.WriteAllText(
            Path.Combine(_root, "comparisons.json"),
            $$"""[{ "title": "Two <b>machines", "runs": ["{{runs[0]}}", "{{runs[1]}}"], "across": ["cpus"] }]""");

        Assert.Equal(0, ResultsIndex.Publish(_root).ExitCode);
        string page = File.ReadAllText(Path.Combine(_root, "README.md"));

        Assert.Contains("\n## Two &lt;b&gt;machines\n\nA is [linux-arm64-", page, StringComparison.Ordinal);
        Assert.Contains("\n### quick: B against A\n", page, StringComparison.Ordinal);
        Assert.Contains("\n#### insert_failed\n", page, StringComparison.Ordinal);
        Assert.Contains("- compared across cpus; threshold 5 %", page, StringComparison.Ordinal);
        Assert.Equal(0, ResultsIndex.Check(_root).ExitCode);
        File.Delete(Path.Combine(_root, "comparisons.json"));
        Assert.Contains("README.md: stale", ResultsIndex.Check(_root).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{ "title": "x", "runs": ["../../etc", "../x"] }]""", "there is no run ../../etc")]
    [InlineData("""[{ "title": "x", "runs": ["a"] }]""", "two runs")]
    [InlineData("""[{ "title": "x", "runs": [null, null] }]""", "null")]
    [InlineData("""[{ "title": "x", "run": [] }]""", "run")]
    [InlineData("""[{ "title": "x", "runs": ["a", "b"], "threshold": -1 }]""", "threshold")]
    [InlineData("""[{ "title": "x", "runs": ["a", "b"], "across": ["colour"] }]""", "colour")]
    [InlineData("{", "not a list")]
    [InlineData("null", "null")]
    [InlineData("", "empty")]
    public void A_comparison_that_cannot_be_made_is_bad_input(string json, string named)
    {
        File.WriteAllText(Path.Combine(_root, "comparisons.json"), json);

        CommandResult result = ResultsIndex.Publish(_root);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("comparisons.json", result.Error, StringComparison.Ordinal);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_bad_input_and_is_not_made()
    {
        string none = Path.Combine(_root, "none");

        Assert.Equal((2, 2), (ResultsIndex.Publish(none).ExitCode, ResultsIndex.Check(none).ExitCode));
        Assert.False(Directory.Exists(none));
    }

    [Fact]
    public void A_link_to_runs_elsewhere_is_not_followed()
    {
        string elsewhere = Directory.CreateTempSubdirectory("natallocbench-").FullName;
        try
        {
            string run = new ResultsStore(elsewhere)
                .Publish(SampleRuns.Race() with { Machine = SampleRuns.Machine with { CpuModel = "elsewhere" } });
            _ = Directory.CreateSymbolicLink(Path.Combine(_root, "linux-x64-elsewhere"), Path.GetDirectoryName(run)!);

            Assert.Equal(3, _store.RunDirectories().Count);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public void Publishing_again_changes_nothing_and_the_check_agrees()
    {
        Assert.Equal(1, ResultsIndex.Check(_root).ExitCode);
        Assert.Equal(
            $"{Path.Combine(_root, "README.md")}\n{Path.Combine(_root, "index.html")}\n{Path.Combine(_root, "schema/run-1.schema.json")}\n",
            ResultsIndex.Publish(_root).Output);
        Assert.Equal("", ResultsIndex.Publish(_root).Output);
        CommandResult check = ResultsIndex.Check(_root);
        Assert.Equal((0, "", null), (check.ExitCode, check.Output, check.Error));
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
        Directory.Move(run, Path.Combine(Path.GetDirectoryName(run)!, "[x](javascript:1)"));
        CommandResult misplaced = ResultsIndex.Publish(_root);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(run)!, "[x](javascript:1)", "run.json"), "{}");

        Assert.Equal(2, misplaced.ExitCode);
        Assert.Contains("belongs in", misplaced.Error, StringComparison.Ordinal);
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
        Assert.Contains("| default | 2.3 % [1.3, 3.8] | 2.3 % [1.3, 3.8] |", result.Output, StringComparison.Ordinal);
        Assert.Contains("## million connections/s [95 %]\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_of_machines_takes_their_newest_runs_and_says_why_a_cell_is_missing()
    {
        RunRecord<RaceCell> run = SampleRuns.Race();
        RaceCell missing = run.Cells[0] with
        {
            Trials = null,
            Attempts = null,
            Confirmed = null,
            InsertFailed = null,
            Rate = null,
            PerTrial = null,
            ConnectionsPerSecond = null,
            Missing = "no such mode",
        };
        _ = _store.Publish(run with
        {
            StartedUtc = run.StartedUtc.AddDays(2),
            Machine = SampleRuns.Machine with { CpuModel = "Ampere|Altra", Arch = "arm64" },
            Cells = [missing, run.Cells[1]],
        });

        CommandResult result = MatrixCommand.Run([.. Directory.GetDirectories(_root).Order(StringComparer.Ordinal)]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("## quick\n\n- A: Ampere\\|Altra", result.Output, StringComparison.Ordinal);
        Assert.Contains("| default | missing: no such mode | 2.3 % [1.3, 3.8] |", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_of_scenarios_is_bad_input()
    {
        string scenario = _store.Publish(ScenarioRunTests.Run(ScenarioRunTests.Sound));

        Assert.Contains("predictions", MatrixCommand.Run([scenario]).Error, StringComparison.Ordinal);
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
