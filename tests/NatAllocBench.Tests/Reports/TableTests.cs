using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NatAllocBench.Tests.Reports;

public sealed class TableTests
{
    [Fact]
    public void Constant_parameters_stand_in_the_caption_and_varying_ones_are_columns()
    {
        RaceCell ten = SampleRuns.Cell("default", [1000, 1000], [20, 24]);

        ResultTable table = Assert.Single(RaceTables.Build([ten, ten with { Clients = 80 }]));

        Assert.Contains("clients", table.Columns.Select(c => c.Heading));
        Assert.DoesNotContain("CPUs", table.Columns.Select(c => c.Heading));
        Assert.Contains("CPUs 2", table.Caption, StringComparison.Ordinal);
        Assert.Contains("ports 1024-65535", table.Caption, StringComparison.Ordinal);
        Assert.DoesNotContain("clients", table.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Era_and_mode_are_always_columns_and_parts_only_where_they_count()
    {
        ResultTable table = RaceTables.Build(SampleRuns.Race().Cells)[0];

        string[] headings = [.. table.Columns.Select(c => c.Heading)];
        Assert.Equal(["era", "mode", "insert_failed [95 %]"], headings[..3]);
        Assert.Contains("search race", headings);
        Assert.DoesNotContain("long chain", headings);
    }

    [Fact]
    public void Markdown_of_a_race_table_is_this()
    {
        string markdown = MarkdownTable.Render(RaceTables.Build(SampleRuns.Race().Cells)[0]);

        Assert.Equal(
            """
            In every row: system model, protocol tcp, CPUs 2, clients 10, destinations 1, pool addresses 1, ports 1024-65535, occupancy 0.3, added window (ns) 250, arrival closed, source ports kernel, variance within one process: that between runs is not covered.

            | era | mode | insert_failed [95 %] | attempts | trials | failed | search race | million connections/s [95 %] | probes per connection | window p50 (ns) |
            | :--- | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | 4.14 | default | 2.30 % [1.27, 3.81] | 3,000 | 3 | 69 | 69 | 2.50 [2.48, 2.52] | 2.25 | 310 |
            | 4.14 | random-fully | 0 (< 0.100 %, if independent) | 3,000 | 3 | 0 | 0 | 2.50 [2.48, 2.52] | 2.25 | 310 |

            """.ReplaceLineEndings("\n"),
            markdown);
    }

    [Fact]
    public void A_missing_cell_carries_its_reason_and_no_zeros()
    {
        RaceCell missing = new()
        {
            Preset = "quick",
            System = "model",
            Era = "4.14",
            Mode = "random",
            Protocol = "tcp",
            Cpus = 2,
            Clients = 10,
            Destinations = 1,
            Missing = "stopped by the user",
        };

        ResultTable table = RaceTables.Build([SampleRuns.Cell("default", [1000, 1000], [20, 24]), missing])[0];

        int figure = table.Columns.ToList().FindIndex(c => c.Heading.StartsWith("insert_failed", StringComparison.Ordinal));
        Assert.Equal("missing: stopped by the user", table.Rows[1][figure]);
        Assert.All(table.Rows[1].Skip(figure + 1), text => Assert.Equal("-", text));
    }

    [Fact]
    public void Each_preset_and_series_has_its_own_table_and_delays_another()
    {
        RaceCell cell = SampleRuns.Cell(
            "default", [1000, 1000], [20, 24]) with
        {
            Delayed = [new(1, 0.02, 0.01, 0.03), new(3, 0.0004, 0.0001, 0.001)],
        };

        IReadOnlyList<ResultTable> tables = RaceTables.Build([cell, cell with { Series = "window sweep", Delayed = null }]);

        Assert.Equal(["quick", "quick: delays that users feel", "quick: window sweep"], tables.Select(t => t.Title));
        Assert.Equal([Figures.Rate(0.02, 0.01, 0.03), Figures.Rate(0.0004, 0.0001, 0.001)], tables[1].Rows[0].TakeLast(2));
        Assert.Equal("wait 3 s [95 %]", tables[1].Columns[^1].Heading);
    }

    [Fact]
    public void Throughput_is_laid_out_by_design()
    {
        ResultTable table = Assert.Single(ThroughputTables.Build(
            [SampleRuns.Design("kernel-locks", 10e6, 11e6, 12e6), SampleRuns.Design("batched", 30e6, 31e6, 32e6)]));

        Assert.Equal("design", table.Columns[0].Heading);
        Assert.Equal("establishment rate (million connections/s) [95 %]", table.Columns[1].Heading);
        Assert.StartsWith("31.0 [", table.Rows[1][1], StringComparison.Ordinal);
        Assert.Contains("threads 2", table.Caption, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a|b", "a\\|b")]
    [InlineData("<img src=x>", "&lt;img src=x&gt;")]
    [InlineData("> quote", "&gt; quote")]
    [InlineData("0 (< 0.0013 %)", "0 (< 0.0013 %)")]
    [InlineData("[x](javascript:1)", "\\[x\\](javascript:1)")]
    [InlineData("**b** `c` ~~d~~", "\\*\\*b\\*\\* \\`c\\` \\~\\~d\\~\\~")]
    [InlineData("line\nbreak\u202Eback", "line break back")]
    [InlineData("http://x @who", "http&#58;//x &#64;who")]
    [InlineData("insert_failed [95 %]", "insert_failed [95 %]")]
    [InlineData("12.1 [10.7, 13.4] k", "12.1 [10.7, 13.4] k")]
    [InlineData("see [x](y)", "see \\[x\\](y)")]
    [InlineData("see [x]: y", "see \\[x\\]: y")]
    [InlineData("_x_", "\\_x\\_")]
    public void Text_of_a_stranger_is_escaped(string text, string escaped) => Assert.Equal(escaped, MarkdownText.Escape(text));

    [Fact]
    public void A_terminal_that_is_too_narrow_gets_the_table_in_parts_that_name_their_rows()
    {
        ResultTable table = RaceTables.Build(SampleRuns.Race().Cells)[0];

        string[] lines = Terminal(table with { Caption = "" }, width: 80).Split('\n');

        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= 80, line));
        string[] headings = [.. lines.Where(l => l.Contains(" mode ", StringComparison.Ordinal))];
        Assert.True(headings.Length > 1);
        Assert.All(table.Columns, c => Assert.Contains(headings, h => h.Contains(c.Heading, StringComparison.Ordinal)));
        Assert.Equal(headings.Length, lines.Count(l => l.Contains("random-fully", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_delay_that_an_era_does_not_have_is_no_value()
    {
        RaceCell cell = SampleRuns.Cell(
            "default", [1000, 1000], [20, 24]) with
        {
            Delayed = [new(1, 0.02, 0.01, 0.03), new(3, 0, 0, 0.001)],
        };

        ResultTable table = RaceTables.Build(
            [cell, cell with { Era = "6.12", Delayed = [new(1, 0.02, 0.01, 0.03), new(2, 0, 0, 0.001)] }])[1];

        Assert.Equal([Figures.Rate(0.02, 0.01, 0.03), "-", Figures.Rate(0, 0, 0.001)], table.Rows[0].TakeLast(3));
        Assert.Equal([Figures.Rate(0.02, 0.01, 0.03), Figures.Rate(0, 0, 0.001), "-"], table.Rows[1].TakeLast(3));
    }

    [Fact]
    public void The_terminal_gets_the_same_texts_without_control_characters()
    {
        ResultTable table = RaceTables.Build([SampleRuns.Cell("\u001b[31m[red]x", [1000, 1000], [20, 24])])[0];

        string text = Terminal(table, width: 300);

        Assert.Contains("[red]x", text, StringComparison.Ordinal);
        Assert.Contains(table.Rows[0][2], text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
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
        TerminalTable.Write(console, table);
        return writer.ToString();
    }
}
