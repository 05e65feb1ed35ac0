using System.Text.RegularExpressions;
using NatAllocBench.Reports.Export;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Docs;

/// <summary>docs/exports.md: its examples are what exports of a published run look like, and the program takes its command lines.</summary>
[Collection(InProcess.Name)]
public sealed partial class ExportsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "exports.md"));

    private static readonly RunRecord<RaceCell> Run = new ResultsStore(Path.Combine(RepositoryRoot.Path, "results")).RunDirectories()
        .Where(directory => directory.EndsWith("-quick", StringComparison.Ordinal)).Select(RunFormat.ReadFile).OfType<RunRecord<RaceCell>>()
        .First(run => run.Cells.Any(cell => cell.Counters is { Count: > 0 }));

    [Fact]
    public void The_columns_that_every_row_begins_with_are_those_of_the_table()
    {
        string table = Page[Page.IndexOf("| column | meaning |", StringComparison.Ordinal)..];

        string[] columns = [.. Rows().Matches(table[..table.IndexOf("\n\n", StringComparison.Ordinal)]).Select(row => row.Groups[1].Value)];

        Assert.All(CsvExport.Files(Run).Values, text => Assert.StartsWith($"{string.Join(',', columns)},", text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_line_of_metrics_has_the_name_and_the_labels_of_a_real_one()
    {
        Match example = Metric().Match(Page);
        string[] labels = [.. Labels().Matches(example.Groups[2].Value).Select(label => label.Groups[1].Value)];
        string line = OpenMetricsExport.Text(Run).Split('\n')
            .First(text => text.StartsWith($"{example.Groups[1].Value}{{", StringComparison.Ordinal));

        Assert.Equal(labels, Labels().Matches(line).Select(label => label.Groups[1].Value).Take(labels.Length));
        Assert.Matches(@"\} \d+ \d+(\.\d+)?$", line);
        Assert.All(
            OpenMetricsExport.Text(Run).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(text => text[0] != '#'),
            text => Assert.StartsWith("nat_alloc_", text, StringComparison.Ordinal));
        Assert.Contains("\nnode_nf_conntrack_stat_", OpenMetricsExport.Text(Run, asNodeExporter: true), StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_has_every_format_and_option_that_the_page_names()
    {
        string export = ProgramRun.Here("export", "--help").Output;
        string[] formats = [.. Formats().Matches(Page).Select(format => format.Groups[1].Value).Distinct()];

        Assert.Equal(
            ["benchmarkdotnet", "bigger-is-better", "conntrack", "csv", "openmetrics", "smaller-is-better"],
            formats.Order(StringComparer.Ordinal));
        Assert.All(formats, format => Assert.Contains(format, export, StringComparison.Ordinal));
        Assert.Contains("--as-node-exporter", export, StringComparison.Ordinal);
        Assert.Contains("--output", ProgramRun.Here("trace", "perfetto", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("--trial", ProgramRun.Here("trace", "pcap", "--help").Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"^(nat_alloc_\w+)(\{.*\}) COUNT UNIX_SECONDS$", RegexOptions.Multiline)]
    private static partial Regex Metric();

    [GeneratedRegex(@"(\w+)=""")]
    private static partial Regex Labels();

    [GeneratedRegex("--format ([a-z-]+)")]
    private static partial Regex Formats();
}
