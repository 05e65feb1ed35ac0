using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Results;
using Spectre.Console;

namespace NatAllocBench.Tests.Reports;

public sealed class MainTablesTests
{
    private static readonly string[] Modes = ["default", "random", "random-fully", "rover-interlocked"];

    private static RunRecord<RaceCell> Worst(string arrival) => SampleRuns.Race(
    [
        .. Modes.SelectMany((mode, i) => new[] { "4.14", "6.12" }.Select(era => SampleRuns.Cell(
            mode, [100_000, 100_000], [i == 0 ? 3_500 : i == 1 ? 1 : 0, i == 0 ? 3_600 : 0]) with { Era = era, Arrival = arrival })),
    ]);

    [Theory]
    [InlineData("closed")]
    [InlineData("tick:320us")]
    public void The_main_table_of_a_race_has_six_columns_and_fits_80(string arrival)
    {
        ResultTable table = Assert.Single(MainTables.Of(Worst(arrival)));

        Assert.True(table.Columns.Count <= 6);
        string[] lines = Terminal(table, 80).Split('\n');
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= 80, line));
        Assert.Single(lines, line => line.Contains("insert_failed", StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("cause", StringComparison.Ordinal));
    }

    [Fact]
    public void Speeds_stay_in_the_row_at_80_columns_with_the_widest_mode_and_rates_near_0()
    {
        RunRecord<RaceCell> run = SampleRuns.Race(
        [
            .. Modes.SelectMany((mode, i) => new[] { "4.14", "6.12" }.Select(era =>
                SampleRuns.Cell(mode, [150_000, 150_000], [i == 0 ? 2 : 0, i == 0 ? 3 : 0]) with
                {
                    Era = era, Arrival = "closed", FailedKeepPort = i == 0 ? 5 : 0, FailedSearch = 0,
                })),
        ]);

        string[] lines = Terminal(Assert.Single(MainTables.Of(run)), 80).Split('\n');

        Assert.Contains(lines, line => line.Contains("keep-port", StringComparison.Ordinal));
        string heading = Assert.Single(lines, line => line.Contains("insert_failed", StringComparison.Ordinal));
        Assert.Contains("conn/s", heading, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= 80, line));
    }

    [Fact]
    public void A_paced_series_shows_no_connections_per_second()
    {
        Assert.Contains("M conn/s", MainTables.Of(Worst("closed"))[0].Columns.Select(c => c.Heading));
        Assert.DoesNotContain(MainTables.Of(Worst("tick:320us"))[0].Columns, c => c.Heading.Contains("conn/s", StringComparison.Ordinal));
        Assert.DoesNotContain(
            RunTables.Build(Worst("bursts:2us"))[0].Columns, c => c.Heading.Contains("connections/s", StringComparison.Ordinal));
    }

    [Fact]
    public void Bars_are_as_long_as_the_rates_are_high()
    {
        string[] lines = Terminal(MainTables.Of(Worst("tick:320us"))[0], 100).Split('\n');
        string[] rows = [.. lines.Where(line => line.Contains("4.14", StringComparison.Ordinal))];
        int[] lengths = [.. rows.Select(row => row.Count(c => c == '█'))];

        Assert.InRange(lengths[0], 10, 30);
        Assert.Equal([0, 0, 0], lengths[1..]);
        Assert.Contains('▏', rows[1]);
        Assert.DoesNotContain('▏', rows[2]);
    }

    [Fact]
    public void A_cause_is_named_where_it_has_nine_in_ten_of_the_failures()
    {
        RaceCell cell = SampleRuns.Cell("default", [1000, 1000], [50, 50]);
        RunRecord<RaceCell> run = SampleRuns.Race(cell, cell with { Mode = "random", FailedKeepPort = 30, FailedSearch = 70 });

        int cause = MainTables.Of(run)[0].Columns.ToList().FindIndex(c => c.Heading == "cause");
        Assert.Equal(["search", "mixed"], MainTables.Of(run)[0].Rows.Select(row => row[cause]));
    }

    [Theory]
    [InlineData(0.0352, 0.0341, 0.0364, "3.52 % [3.41, 3.64]")]
    [InlineData(0.00000581, 0.00000013, 0.00003304, "0.0006 % [0, 0.0033]")]
    [InlineData(0, 0, 0.00001, "0 (< 0.0010 %)")]
    public void A_short_rate_has_the_digits_that_its_interval_bears(double rate, double low, double high, string text) =>
        Assert.Equal(text, Figures.ShortRate(rate, low, high));

    [Fact]
    public void A_scenario_figure_stands_beside_its_prediction_and_says_where_they_differ()
    {
        ScenarioCell cell = new()
        {
            Table = "ports",
            Era = "6.12",
            Figures = [ScenarioFigure.Exact("ports", 1024, 1024, "law"), ScenarioFigure.Exact("weight", 2, 3, "law")],
        };
        RunRecord<ScenarioCell> run = new()
        {
            Command = "scenario",
            StartedUtc = DateTimeOffset.UnixEpoch,
            Completed = true,
            Machine = SampleRuns.Machine,
            Cells = [cell],
        };

        Assert.Equal(["6.12", "1,024 (1,024)", "2 (NOT 3)"], MainTables.Of(run)[0].Rows[0]);
        Assert.Equal("1 of 2 figures agree with their predictions.", RunAnswer.Of(run)[0].Lines[0]);
    }

    private static string Terminal(ResultTable table, int width)
    {
        using StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        TerminalTable.Write(console, table);
        return writer.ToString();
    }
}
