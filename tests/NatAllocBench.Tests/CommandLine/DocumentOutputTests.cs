using System.Text.Json;
using NatAllocBench.Commands;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Results;
using Spectre.Console;

namespace NatAllocBench.Tests.CommandLine;

[Collection(InProcess.Name)]
public sealed class DocumentOutputTests
{
    private static readonly Document Sample = new(
    [
        new DocumentPart.Item("A: one"),
        new DocumentPart.Item("B: t*o"),
        new DocumentPart.Heading(2, "insert_failed"),
        new DocumentPart.Grid(new ResultTable("t", "CPUs 2", [new("mode", false), new("A", true)], [["default", "1 %"]])),
        new DocumentPart.Paragraph("1 same."),
    ]);

    [Fact]
    public void Markdown_parts_are_apart_and_items_together() => Assert.Equal(
        "- A: one\n- B: t\\*o\n\n## insert_failed\n\nIn every row: CPUs 2.\n\n| mode | A |\n| :--- | ---: |\n| default | 1 % |\n\n1 "
            + "same.\n",
        MarkdownDocument.Render(Sample));

    [Fact]
    public void A_terminal_gets_no_Markdown()
    {
        string drawn = Drawn(Sample);

        Assert.DoesNotContain("|", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain("##", drawn, StringComparison.Ordinal);
        Assert.Contains("t*o", drawn, StringComparison.Ordinal);
        Assert.Contains("1 same.", drawn, StringComparison.Ordinal);
    }

    /// <summary>Published runs, whose tables are wider than any sample's.</summary>
    [Theory]
    [InlineData("eras", "era", "random-fully", "3.1", "6.18")]
    [InlineData("eras --wide", "UDP clash", "what came with it")]
    [InlineData("matrix", "insert_failed [95 %]", "A: ", "B: ", "rover-interlocked", "added window (ns) 700")]
    [InlineData("compare", "B against A", "insert_failed", "verdict")]
    public void Eras_matrix_and_compare_fit_a_terminal_of_80_columns(string command, params string[] parts)
    {
        string[] runs = [.. new ResultsStore(Path.Combine(RepositoryRoot.Path, "results")).RunDirectories()
            .Where(run => run.EndsWith("-quick", StringComparison.Ordinal) || run.EndsWith("-quick-one-cpu", StringComparison.Ordinal))];
        string drawn = Drawn(command switch
        {
            "matrix" => MatrixCommand.Run(runs).Document!,
            "compare" => CompareCommand.Run(runs, new ComparisonOptions()).Document!,
            _ => new Document([new DocumentPart.Grid(ErasCommand.Table(wide: command.EndsWith("--wide", StringComparison.Ordinal)))]),
        });

        Assert.All(drawn.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 80, line));
        Assert.DoesNotContain("| ", drawn, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, drawn, StringComparison.Ordinal));
    }

    [Fact]
    public void Eras_are_Markdown_where_redirected()
    {
        Assert.StartsWith("| era | default | random | random-fully |", ProgramRun.Here("eras").Output, StringComparison.Ordinal);
        Assert.Contains("| UDP clash |", ProgramRun.Here("eras", "--wide").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_side_by_side_are_JSON_on_request()
    {
        using var store = new TemporaryStore();
        using JsonDocument json = JsonDocument.Parse(ProgramRun.Here("matrix", store.Publish(SampleRuns.Race()), "--json").Output);

        JsonElement table = json.RootElement.GetProperty("tables").EnumerateArray()
            .Single(t => t.GetProperty("title").GetString() == "insert_failed [95 %]");
        Assert.Equal("A", table.GetProperty("columns").EnumerateArray().Last().GetString());
        Assert.Equal(2, table.GetProperty("rows").GetArrayLength());
    }

    /// <summary>A document on a terminal of 80 columns.</summary>
    private static string Drawn(Document document)
    {
        using StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 80;
        TerminalDocument.Write(console, document);
        return writer.ToString();
    }

    private sealed class TemporaryStore : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

        public string Publish(RunRecord run) => new ResultsStore(_directory).Publish(run);

        public void Dispose() => Directory.Delete(_directory, recursive: true);
    }
}
