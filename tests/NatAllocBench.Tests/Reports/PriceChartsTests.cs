using NatAllocBench.Reports.Charts;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class PriceChartsTests
{
    [Fact]
    public void Every_row_is_in_a_line_of_the_chart_and_no_axis_goes_beyond_all()
    {
        ScenarioCell[] cells =
        [
            .. Enumerable.Range(0, 30).Select(i => Row($"s{i}", "lost and refused", "refused at {0} %", i < 12 ? 0.03 * (i + 1) : 0)),
            .. Enumerable.Range(0, 30).Select(i => Row($"s{i}", "lost against rate", "lost at {0} conn/s", i < 14 ? 0.01 * (i + 1) : 0)),
        ];

        IReadOnlyList<Chart> charts = RunCharts.Build(new RunRecord<ScenarioCell>
        {
            Command = "scenario",
            Preset = "prices",
            StartedUtc = DateTimeOffset.UnixEpoch,
            Completed = true,
            Seeds = [1],
            Machine = SampleRuns.Machine,
            Cells = cells,
        });

        Assert.Equal(2, charts.Count);
        Assert.All(charts, chart =>
        {
            string names = string.Join(", ", chart.Lines.Select(line => line.Name)) + ", ";
            Assert.All(Enumerable.Range(0, 30), i => Assert.Contains($"s{i} 1, ", names, StringComparison.Ordinal));
            Assert.Equal(100, chart.Limit);
        });
        Assert.Equal(13, charts[0].Lines.Count);
        Assert.Equal(15, charts[1].Lines.Count);
        Assert.DoesNotContain("...", ChartDrawing.Svg(charts[0]), StringComparison.Ordinal);
        Assert.DoesNotContain(">1000<", ChartDrawing.Svg(charts[0]), StringComparison.Ordinal);
    }

    private static ScenarioCell Row(string system, string table, string figure, double share) => new()
    {
        Table = table,
        Era = "1",
        Mode = "default",
        Parameters = new Dictionary<string, string> { ["system"] = system },
        Figures =
        [
            .. new[] { 50, 80, 90 }.Select(at => new ScenarioFigure
            {
                Name = string.Format(System.Globalization.CultureInfo.InvariantCulture, figure, at),
                Measured = share * at / 100,
                Low = share * at / 200,
                High = (share * at / 100) + 0.01,
            }),
        ],
    };
}
