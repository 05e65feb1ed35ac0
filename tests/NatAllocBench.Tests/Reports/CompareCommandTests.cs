using NatAllocBench.Reports;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class CompareCommandTests : IDisposable
{
    private static readonly long[] Attempts = [100_000, 100_000, 100_000, 100_000, 100_000];
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private readonly string _low;
    private readonly string _high;

    public CompareCommandTests()
    {
        ResultsStore store = new(_root);
        RaceCell low = SampleRuns.OfProcesses("default", Attempts, [1000, 1010, 990, 1005, 995]);
        _low = store.Publish(SampleRuns.Race(low, low with { Mode = "random" }));
        _high = store.Publish(SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [2000, 2020, 1980, 2010, 1990])));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Values_ratio_verdict_and_lonely_cells_are_printed()
    {
        CommandResult result = CompareCommand.Run([_low, _high], SampleRuns.Steady);

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"\| default \| 1\.00 % \[.*\] \| 2\.00 % \[.*\] \| 2\.00 \[1\.\d+, 2\.\d+\] \| worse \|", result.Output);
        Assert.Contains("Only in A:\n\n- preset=quick", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 same, 1 worse", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_that_lack_a_partner_for_one_reason_are_summed_up_with_it()
    {
        RaceCell[] cells = [.. Enumerable.Range(1, 6).Select(clients =>
            SampleRuns.OfProcesses("default", Attempts, [1000, 1010, 990, 1005, 995]) with { Clients = clients })];
        ResultsStore store = new(_root);
        RaceCell shared = cells[0] with { Mode = "random" };
        string two = store.Publish(SampleRuns.Race([.. cells, shared]));
        string one = store.Publish(SampleRuns.Race([.. cells.Select(cell => cell with { Cpus = 1 }), shared]));

        string output = CompareCommand.Run([two, one], SampleRuns.Steady).Output;

        Assert.Contains("Only in A, with cpus 2 against 1:\n\n- preset=quick", output, StringComparison.Ordinal);
        Assert.Contains("Only in B, with cpus 1 against 2:\n\n- preset=quick", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split("- and 2 more: matrix lists every cell of both runs").Length - 1);
        Assert.Equal(8, output.Split("- preset=quick").Length - 1);
    }

    [Fact]
    public void Of_two_machines_the_newest_runs_of_each_name_are_compared()
    {
        ResultsStore store = new(_root);
        RunRecord<RaceCell> high = (RunRecord<RaceCell>)RunFormat.ReadFile(_high);
        MachineFacts arm = SampleRuns.Machine with { Arch = "arm64", CpuModel = "Altra", Gc = "server" };
        _ = store.Publish(high with { Machine = arm });
        string other = store.Publish(
            high with { Machine = arm, Preset = "xing-2018", Cells = [high.Cells[0] with { Preset = "xing-2018" }] });

        CommandResult result = CompareCommand.Run([Path.GetDirectoryName(_low)!, Path.GetDirectoryName(other)!], SampleRuns.Steady);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("## quick: B against A\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            "- B: Altra, 2 CPUs, arm64, Debian GNU/Linux 12, 2026-03-04, commit 0123456789, GC server\n", result.Output,
            StringComparison.Ordinal);
        Assert.Contains("Only in B: xing-2018\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            "## quick: B against A\n", CompareCommand.Run([_high, Path.GetDirectoryName(other)!], SampleRuns.Steady).Output,
            StringComparison.Ordinal);
        Assert.Contains(
            "no run of the same name", CompareCommand.Run([other, Path.GetDirectoryName(_low)!], SampleRuns.Steady).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Speeds_of_several_processes_come_with_a_verdict_and_the_share_of_pairs_in_which_B_is_faster()
    {
        ResultsStore store = new(_root);
        string slow = store.Publish(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 1.01e6, 1.02e6, 1.03e6)));
        string fast = store.Publish(SampleRuns.Throughput(SampleRuns.Design("batched", 2e6, 2.01e6, 2.02e6, 2.03e6)));

        string output = CompareCommand.Run([slow, fast], SampleRuns.Steady).Output;

        Assert.Contains("| pairs with B faster |", output, StringComparison.Ordinal);
        Assert.Contains("| better |", output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_process_has_ratios_and_no_verdict()
    {
        RunRecord<RaceCell> one = SampleRuns.Race(SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995]));
        string output = CompareCommand.Run([new ResultsStore(_root).Publish(one), _high], SampleRuns.Steady).Output;

        Assert.Contains("| undecided | between runs not covered |", output, StringComparison.Ordinal);
        Assert.Contains("4 processes a side (--runs)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gate_takes_all_cells_together_so_that_one_of_many_that_only_just_differs_does_not_close_it()
    {
        ResultsStore store = new(_root);
        RaceCell cell = SampleRuns.OfProcesses("default", Attempts, [1000, 1010, 990, 1005, 995]);
        RaceCell[] same = [.. Enumerable.Range(0, 39).Select(i => cell with { Series = $"s{i}" })];
        RaceCell barely = SampleRuns.OfProcesses("random", Attempts, [1000, 1100, 900, 1050, 950]);
        RaceCell more = SampleRuns.OfProcesses("random", Attempts, [1200, 1310, 1090, 1255, 1145]);
        string a = store.Publish(SampleRuns.Race([barely]));
        string b = store.Publish(SampleRuns.Race([more]));
        string manyA = store.Publish(SampleRuns.Race([barely, .. same]));
        string manyB = store.Publish(SampleRuns.Race([more, .. same]));
        ComparisonOptions gate = SampleRuns.Steady with { FailOnWorse = true };

        Assert.Equal(1, CompareCommand.Run([a, b], gate).ExitCode);
        CommandResult many = CompareCommand.Run([manyA, manyB], gate);
        Assert.Contains("1 worse", many.Output, StringComparison.Ordinal);
        Assert.Equal(0, many.ExitCode);
    }

    [Fact]
    public void A_run_with_faults_is_not_compared()
    {
        string file = Path.Combine(_low, "run.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("[1000, 1010,", "[100001, 1010,", StringComparison.Ordinal));

        CommandResult result = CompareCommand.Run([_high, _low], SampleRuns.Steady);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("cells[0]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Worse_fails_only_when_asked()
    {
        Assert.Equal(1, CompareCommand.Run([_low, _high], SampleRuns.Steady with { FailOnWorse = true }).ExitCode);
        Assert.Equal(0, CompareCommand.Run([_high, _low], SampleRuns.Steady with { FailOnWorse = true }).ExitCode);
    }

    [Fact]
    public void Without_a_calibration_there_are_ratios_and_no_verdicts_and_a_gate_refuses_to_pass()
    {
        ResultsStore store = new(_root);
        string slow = store.Publish(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 1.01e6, 1.02e6, 1.03e6)));
        string fast = store.Publish(SampleRuns.Throughput(SampleRuns.Design("batched", 2e6, 2.01e6, 2.02e6, 2.03e6)));

        string speeds = CompareCommand.Run([slow, fast], new ComparisonOptions()).Output;
        string rates = CompareCommand.Run([_low, _high], new ComparisonOptions()).Output;
        CommandResult gate = CompareCommand.Run([_low, _high], new ComparisonOptions { FailOnWorse = true });

        Assert.All((string[])[speeds, rates], output =>
        {
            Assert.Contains("| undecided | between times not covered |", output, StringComparison.Ordinal);
            Assert.Contains(ErrorTable.NoSpread, output, StringComparison.Ordinal);
        });
        Assert.DoesNotContain("worse", rates.Split("insert_failed")[1], StringComparison.Ordinal);
        Assert.Equal((2, true), (gate.ExitCode, gate.Error!.Contains("calibrate-compare", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_one_run_of_two_builds_the_other_one_is_the_base_and_neighbours_are_compared()
    {
        // Both builds slow down alike from process to process, far more than they differ.
        double[] speeds = [5e6, 4e6, 3e6, 2e6, 1e6];
        string run = new ResultsStore(_root).Publish(SampleRuns.Throughput(
            SampleRuns.Design("batched", [.. speeds.Select((speed, i) => speed * (0.9 + (0.001 * i)))]),
            SampleRuns.Design("batched@0123456789", speeds),
            SampleRuns.Design("ConcurrentDictionary", 1e6, 1e6, 1e6, 1e6, 1e6)));

        CommandResult result = CompareCommand.Run([run], new ComparisonOptions { FailOnWorse = true });

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"\| 0\.90\d* \[0\.90\d*, 0\.90\d*\] \|.*\| worse \|", result.Output);
        Assert.Contains("neighbours are compared with each other", result.Output, StringComparison.Ordinal);
        Assert.Contains("Only in B", result.Output, StringComparison.Ordinal);
        Assert.Contains(ErrorTable.NotMeasured, result.Output, StringComparison.Ordinal);
        Assert.Contains("one of throughput --beside", CompareCommand.Run([_low], SampleRuns.Steady).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_one_line_and_exit_code_2()
    {
        string other = new ResultsStore(_root).Publish(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 2e6)));
        CommandResult[] results =
        [
            CompareCommand.Run([_low], SampleRuns.Steady),
            CompareCommand.Run([_low, "none.json"], SampleRuns.Steady),
            CompareCommand.Run([_low, other], SampleRuns.Steady),
            CompareCommand.Run([_low, _high], SampleRuns.Steady with { Threshold = -1 }),
            CompareCommand.Run([_low, _high], SampleRuns.Steady with { Threshold = double.NaN }),
            CompareCommand.Run([_low, _high], SampleRuns.Steady with { RateNoiseFloor = 2 }),
            CompareCommand.Run([_low, _high], SampleRuns.Steady with { TimeNoiseFloorNs = -1 }),
            CompareCommand.Run([_low, _high], SampleRuns.Steady with { Across = new HashSet<string> { "colour" } }),
            CompareCommand.Run([_low, Directory.CreateDirectory(Path.Combine(_root, "empty")).FullName], SampleRuns.Steady),
        ];

        Assert.All(results, r => Assert.Equal(2, r.ExitCode));
        Assert.All(results, r => Assert.DoesNotContain('\n', r.Error!));
        Assert.Contains("cannot be compared: a race run and a throughput run", results[2].Error, StringComparison.Ordinal);
    }
}
