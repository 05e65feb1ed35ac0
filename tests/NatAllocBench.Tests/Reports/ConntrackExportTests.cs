using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Reports.Export;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class ConntrackExportTests
{
    private static readonly CpuStatistics[] Counted =
    [
        new()
        {
            Searched = 1, Found = 2, New = 3, Invalid = 4, Ignore = 5, Delete = 6, DeleteList = 7, Insert = 8, InsertFailed = 60, Drop = 61,
        },
        new()
        {
            Found = 12, InsertFailed = 9, Drop = 9, EarlyDrop = 13, Error = 14, SearchRestart = 15, ClashResolve = 16, ChainTooLong = 17,
        },
    ];

    private static RunRecord<RaceCell> Run(CommandStatisticsFormat format) => SampleRuns.Race(
        SampleRuns.Cell("default", [1000, 1000, 1000], [20, 25, 24]) with
        {
            Counters = [.. Counted.Select(cpu => PrintedCounters.Of(cpu, format))],
        });

    [Theory]
    [InlineData(CommandStatisticsFormat.V3_13)]
    [InlineData(CommandStatisticsFormat.V4_9)]
    [InlineData(CommandStatisticsFormat.V5_10)]
    [InlineData(CommandStatisticsFormat.V5_15)]
    public void The_lines_are_those_that_conntrack_prints_for_the_era(CommandStatisticsFormat format) =>
        Assert.Equal(CommandStatisticsView.Format(format, Counted), ConntrackExport.Lines(Run(format), 0));

    [Fact]
    public void Without_a_cell_all_are_printed_under_their_workload()
    {
        string[] lines = ConntrackExport.Text(Run(CommandStatisticsFormat.V5_15)).Split('\n');

        Assert.StartsWith("# preset=quick system=model era=4.14 mode=default", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("cpu=0   \tfound=2 ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("cpu=1   \tfound=12 ", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_cell_that_does_not_exist_is_refused(int index) =>
        Assert.Contains("does not exist", Assert.Throws<RunFormatException>(
            () => ConntrackExport.Lines(Run(CommandStatisticsFormat.V5_15), index)).Message, StringComparison.Ordinal);

    [Fact]
    public void Runs_without_counters_are_refused()
    {
        _ = Assert.Throws<RunFormatException>(() => ConntrackExport.Text(SampleRuns.Race()));
        _ = Assert.Throws<RunFormatException>(() => ConntrackExport.Lines(SampleRuns.Race(), 0));
        _ = Assert.Throws<RunFormatException>(() => ConntrackExport.Text(SampleRuns.Throughput(SampleRuns.Design("batched", 1e6))));
    }

    [Fact]
    public void OpenMetrics_adds_the_CPUs_up_as_node_exporter_does_and_leaves_out_what_the_era_does_not_count()
    {
        string[] lines = OpenMetricsExport.Text(Run(CommandStatisticsFormat.V5_15), asNodeExporter: true).Split('\n');

        (string Name, string Value)[] expected =
        [
            ("found", "14"), ("invalid", "4"), ("insert", "8"), ("insert_failed", "69"), ("drop", "70"), ("early_drop", "13"),
            ("search_restart", "15"),
        ];
        Assert.All(expected, counter => Assert.Contains(lines, line =>
            line.StartsWith($"node_nf_conntrack_stat_{counter.Name}{{", StringComparison.Ordinal)
            && line.Contains($"}} {counter.Value} ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("stat_ignore", StringComparison.Ordinal));
    }

    [Fact]
    public void Counters_that_contradict_the_cell_are_a_fault()
    {
        RunRecord<RaceCell> run = Run(CommandStatisticsFormat.V5_15);
        RaceCell wrong = run.Cells[0] with { Counters = [new CpuCounters { InsertFailed = 1 }] };

        Assert.Empty(RunValidator.Check(run, run.StartedUtc));
        Assert.Contains(
            "adds up to 1", Assert.Single(RunValidator.Check(run with { Cells = [wrong] }, run.StartedUtc)), StringComparison.Ordinal);
    }
}
