using System.Xml.Linq;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class RunChartsTests
{
    private static readonly long[] Attempts = [10_000, 10_000, 10_000];

    private static RunRecord<RaceCell> Sweep() => SampleRuns.Race(
    [
        .. new[] { 10, 20, 40, 80 }.SelectMany(clients => new[]
        {
            SampleRuns.Cell("default", Attempts, [300 + clients, 310 + clients, 290 + clients]) with { Clients = clients },
            SampleRuns.Cell("random", Attempts, [100, 110, 90]) with { Clients = clients },
            SampleRuns.Cell("random-fully", Attempts, [0, 0, clients == 10 ? 1 : 0]) with { Clients = clients },
        }),
    ]);

    [Fact]
    public void A_run_without_a_swept_parameter_has_no_charts() => Assert.Empty(RunCharts.Build(SampleRuns.Race()));

    [Fact]
    public void Clients_are_charted_against_the_failure_rate_with_a_line_per_mode()
    {
        Chart chart = Assert.Single(RunCharts.Build(Sweep()));

        Assert.Equal("quick-rate-clients.svg", chart.FileName);
        Assert.True(chart.IsLogarithmic);
        Assert.Equal([10, 20, 40, 80], chart.XValues);
        Assert.Equal(["default", "random", "random-fully"], chart.Lines.Select(l => l.Name));
        Assert.Equal(1, chart.Lines[1].Points[0].Y!.Value, 1e-9);
        Assert.True(chart.Lines[1].Points[0] is { Low: < 1, High: > 1 });
    }

    [Fact]
    public void A_cell_without_failures_is_charted_as_its_bound_only()
    {
        ChartPoint point = RunCharts.Build(Sweep())[0].Lines[2].Points[1];

        Assert.Null(point.Y);
        Assert.Equal(FailureRate.Estimate(Attempts, [0, 0, 0]).High * 100, point.High!.Value, 1e-12);
    }

    [Fact]
    public void Threads_are_charted_against_the_speed_of_each_design()
    {
        ThroughputCell one = SampleRuns.Design("lock-free", 18e6, 19e6, 20e6) with { Threads = 1 };
        RunRecord<ThroughputCell> run = SampleRuns.Throughput(
            one, one with { Threads = 2 }, one with { Design = "batched" }, one with { Design = "batched", Threads = 2 });

        Chart chart = Assert.Single(RunCharts.Build(run));

        Assert.Equal("throughput-speed-threads.svg", chart.FileName);
        Assert.Equal(["lock-free", "batched"], chart.Lines.Select(l => l.Name));
        Assert.Equal(19, chart.Lines[0].Points[0].Y!.Value, 1e-6);
    }

    [Fact]
    public void A_parameter_that_changes_with_the_swept_one_does_not_cut_the_lines()
    {
        RunRecord<RaceCell> run = Sweep();
        RaceCell[] cells = [.. run.Cells.Select(c => c with { Arrival = $"tick:{c.Clients * 8}us" })];

        Chart chart = Assert.Single(RunCharts.Build(run with { Cells = cells }));

        Assert.All(chart.Lines, line => Assert.Equal(4, line.Points.Count));
        Assert.EndsWith("With it changes: arrival.", chart.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_are_charted_as_a_histogram_without_the_outermost_hundredths()
    {
        TimeHistogram windows = TimeHistogram.Of([(290, 300), (330, 600), (400, 95), (50_000, 5)])!;
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]) with { WindowHistogram = windows };

        Chart chart = Assert.Single(RunCharts.Build(SampleRuns.Race(cell, cell with { Mode = "random" })));

        Assert.Equal("quick-window-histogram.svg", chart.FileName);
        Assert.Equal([288, 320, 352, 384, 416], chart.XValues);
        Assert.Equal(["4.14 default", "4.14 random"], chart.Lines.Select(l => l.Name));
        Assert.Equal([30.0, 60, 0, 9.5], chart.Lines[0].Points.Select(p => p.Y!.Value));
        string[] texts = [.. XElement.Parse(ChartDrawing.Svg(chart)).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.Superset(new HashSet<string> { "window (ns)", "windows (% in each class)", "288", "416", "4.14 random" }, texts.ToHashSet());
    }

    [Fact]
    public void Text_sits_on_its_baseline_for_every_renderer()
    {
        string svg = ChartDrawing.Svg(RunCharts.Build(Sweep())[0]);

        Assert.DoesNotContain("dominant-baseline", svg, StringComparison.Ordinal);
        Assert.Contains(" dy=\"0.74em\"", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sweep_of_hundreds_of_values_is_not_charted()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]);

        Assert.Empty(RunCharts.Build(SampleRuns.Race([.. Enumerable.Range(1, 65).Select(clients => cell with { Clients = clients })])));
    }

    [Fact]
    public void The_picture_is_well_formed_on_white_ground_and_names_axes_units_and_lines()
    {
        Chart chart = RunCharts.Build(Sweep())[0];

        string svg = ChartDrawing.Svg(chart);

        XElement root = XElement.Parse(svg);
        string[] texts = [.. root.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        string[] expected = ["clients", "insert_failed (% of attempts)", "default", "random-fully", "10", "80", "0.01"];
        Assert.Superset(expected.ToHashSet(), texts.ToHashSet());
        Assert.Contains("fill:rgb(255,255,255)", svg, StringComparison.Ordinal);
        Assert.Equal(svg, ChartDrawing.Svg(chart));
    }

    [Fact]
    public void Text_of_a_stranger_cannot_break_out_of_the_picture()
    {
        RunRecord<RaceCell> run = Sweep();
        RaceCell[] cells = [.. run.Cells.Select(c => c with { Series = "</text><script>x</script>&" })];

        string svg = ChartDrawing.Svg(RunCharts.Build(run with { Cells = cells })[0]);

        Assert.DoesNotContain(XElement.Parse(svg).Descendants(), e => e.Name.LocalName == "script");
    }

    [Fact]
    public void Published_runs_carry_their_charts_and_the_page_shows_them()
    {
        string root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
        try
        {
            string directory = new ResultsStore(root).Publish(Sweep());

            Assert.True(File.Exists(Path.Combine(directory, "quick-rate-clients.svg")));
            Assert.Contains("](quick-rate-clients.svg)", File.ReadAllText(Path.Combine(directory, "tables.md")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
