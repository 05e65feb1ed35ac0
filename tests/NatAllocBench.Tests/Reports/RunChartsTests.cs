using System.Xml.Linq;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
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
    public void A_run_without_a_swept_parameter_has_the_chart_of_loss_by_mode_only()
    {
        Chart chart = Assert.Single(RunCharts.Build(SampleRuns.Race()));

        Assert.Equal("quick-rate-modes.svg", chart.FileName);
        Assert.Equal(["default", "random-fully"], chart.Categories);
        Assert.Equal(["era 4.14"], chart.Lines.Select(l => l.Name));
        Assert.Equal(2.3, chart.Lines[0].Points[0].Y!.Value, 1e-9);
        Assert.True(chart.Lines[0].Points[1] is { Y: null, High: > 0 });
    }

    [Fact]
    public void One_mode_or_one_CPU_is_no_chart_of_loss_by_mode()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]);

        Assert.Empty(RunCharts.Build(SampleRuns.Race(cell)));
        Assert.Empty(RunCharts.Build(SampleRuns.Race(cell with { Cpus = 1 }, cell with { Cpus = 1, Mode = "random" })));
    }

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

        Chart chart = RunCharts.Build(SampleRuns.Race(cell, cell with { Mode = "random" })).Single(c => c.IsHistogram);

        Assert.Equal("quick-window-histogram.svg", chart.FileName);
        Assert.Equal([288, 320, 352, 384, 416], chart.XValues);
        Assert.Equal(["4.14 default", "4.14 random"], chart.Lines.Select(l => l.Name));
        Assert.Equal([30.0, 60, 0, 9.5], chart.Lines[0].Points.Select(p => p.Y!.Value));
        string[] texts =
            [.. XElement.Parse(ChartDrawing.Svg(chart)).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
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
    public void The_picture_is_well_formed_and_names_axes_units_lines_and_its_source()
    {
        Chart chart = RunCharts.Build(Sweep())[0];

        string svg = ChartDrawing.Svg(chart);

        string[] texts = Texts(svg);
        string[] expected =
            ["clients", "insert_failed (% of attempts)", "default", "random-fully", "10", "80", "0.01", RunSummary.Line(Sweep())];
        Assert.Superset(expected.ToHashSet(), texts.ToHashSet());
        Assert.Equal(svg, ChartDrawing.Svg(chart));
    }

    [Fact]
    public void The_ground_is_transparent_and_the_text_follows_the_page()
    {
        string svg = ChartDrawing.Svg(RunCharts.Build(Sweep())[0]);

        Assert.DoesNotContain("rgb(255,255,255)", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("stroke:black", svg, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", svg, StringComparison.Ordinal);
        Assert.All(
            XElement.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text"),
            text =>
                Assert.Contains(
                    "currentColor", (string?)text.Attribute("fill") ?? (string?)text.Attribute("style"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_screen_reader_gets_a_title_a_description_and_the_role_of_a_picture()
    {
        XElement root = XElement.Parse(ChartDrawing.Svg(RunCharts.Build(Sweep())[0]));

        Assert.Equal("img", (string?)root.Attribute("role"));
        Assert.Equal("quick: insertion failures against clients", root.Elements().First(e => e.Name.LocalName == "title").Value);
        Assert.Contains("random-fully", root.Elements().First(e => e.Name.LocalName == "desc").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_stand_where_they_belong_on_the_axis()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]);
        RunRecord<RaceCell> run = SampleRuns.Race(
            [.. new double[] { 0, 250, 700, 2000 }.Select(ns => cell with { WindowAddedNs = ns })]);

        double[] x = [.. new[] { "0", "250", "700", "2000" }.Select(label => X(ChartDrawing.Svg(RunCharts.Build(run)[0]), label))];

        Assert.Equal(250.0 / 2000, (x[1] - x[0]) / (x[3] - x[0]), 0.01);
        Assert.Equal(700.0 / 2000, (x[2] - x[0]) / (x[3] - x[0]), 0.01);
    }

    [Fact]
    public void Numbers_far_apart_stand_at_equal_steps_for_equal_factors()
    {
        ThroughputCell cell = SampleRuns.Design("lock-free", 18e6, 19e6, 20e6);
        RunRecord<ThroughputCell> run = SampleRuns.Throughput(
            [.. new[] { 20_000, 200_000, 2_000_000 }.Select(connections => cell with { Connections = connections })]);

        double[] x = [.. new[] { "20,000", "200,000", "2,000,000" }.Select(label => X(ChartDrawing.Svg(RunCharts.Build(run)[0]), label))];

        Assert.Equal(x[1] - x[0], x[2] - x[1], 0.5);
    }

    [Fact]
    public void Few_rounds_are_hollow_and_no_line_runs_through_them()
    {
        ThroughputCell three = SampleRuns.Design("lock-free", 18e6, 19e6, 20e6);
        ThroughputCell one = SampleRuns.Design("lock-free", 18e6);
        Chart chart = RunCharts.Build(
            SampleRuns.Throughput(three, one with { Threads = 4 }, three with { Threads = 6 }, three with { Threads = 8 }))[0];

        Assert.Equal([false, true, false, false], chart.Lines[0].Points.Select(p => p.IsThin));
        XElement[] lines = [.. Lines(ChartDrawing.Svg(chart))];
        Assert.Single(lines, line => ((string)line.Attribute("points")!).Trim().Split(' ').Length == 2);
    }

    [Fact]
    public void Two_values_are_dots_without_a_line()
    {
        ThroughputCell one = SampleRuns.Design("lock-free", 18e6, 19e6, 20e6);

        Assert.Empty(Lines(ChartDrawing.Svg(RunCharts.Build(SampleRuns.Throughput(one, one with { Threads = 1 }))[0])));
    }

    private static string[] Texts(string svg) =>
        [.. XElement.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

    private static double X(string svg, string label)
    {
        XElement text = XElement.Parse(svg).Descendants().Single(e => e.Name.LocalName == "text" && e.Value == label);
        string position = (string?)text.Attribute("x") ?? ((string)text.Attribute("transform")!).Split('(', ',')[1];
        return double.Parse(position, System.Globalization.CultureInfo.InvariantCulture);
    }

    // Lines of data are as thick as no other line, and bend, unlike those of the legend.
    private static IEnumerable<XElement> Lines(string svg) => XElement.Parse(svg).Descendants()
        .Where(e => e.Name.LocalName == "polyline")
        .Where(e => ((string?)e.Attribute("style") ?? "").Contains("stroke-width:1.5;stroke-linejoin:bevel", StringComparison.Ordinal));

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
