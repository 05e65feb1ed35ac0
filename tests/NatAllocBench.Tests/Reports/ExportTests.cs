using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NatAllocBench.Reports.Export;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed partial class ExportTests
{
    private static readonly RunRecord<RaceCell> Race = SampleRuns.Race();
    private static readonly RunRecord<ThroughputCell> Throughput =
        SampleRuns.Throughput(SampleRuns.Design("lock-free", 1e6, 2e6, 3e6), SampleRuns.Design("batched", 4e6, 5e6, 6e6));

    [Fact]
    public void Every_row_of_every_CSV_file_has_as_many_fields_as_its_header()
    {
        foreach ((string name, string text) in CsvExport.Files(Race).Concat(CsvExport.Files(Throughput)))
        {
            string[] lines = text.TrimEnd('\n').Split('\n');
            Assert.True(lines.Length > 1, name);
            Assert.All(lines, line => Assert.Equal(Fields(lines[0]).Length, Fields(line).Length));
        }
    }

    [Fact]
    public void Figures_of_a_scenario_have_a_table_of_their_own()
    {
        IReadOnlyDictionary<string, string> files = CsvExport.Files(ScenarioRunTests.Run(ScenarioRunTests.Sound));

        Assert.Equal("one search,5.10,default,occupancy=99 %,4000,4,", files["cells.csv"].Split('\n')[1]);
        string[] lines = files["figures.csv"].TrimEnd('\n').Split('\n');
        Assert.Equal("cell,name,isShare,measured,low,high,predicted,law,agrees", lines[0]);
        Assert.Equal("0,succeed,false,100,,,100,as many as there are ports,true", lines[3]);
        Assert.All(lines, line => Assert.Equal(9, Fields(line).Length));
    }

    [Fact]
    public void Rounds_that_lack_a_value_leave_it_empty()
    {
        ThroughputCell cell = SampleRuns.Design("batched", 1e6, 2e6, 3e6);
        RunRecord<ThroughputCell> run = SampleRuns.Throughput(
            cell with { PerRound = cell.PerRound! with { TearDownPerSecond = [4e6, 5e6, 6e6], ExpiredPerSecond = [7e6] } });

        string[] lines = CsvExport.Files(run)["rounds.csv"].Split('\n');

        Assert.Equal("cell,round,connectionsPerSecond,tearDownPerSecond,expiredPerSecond,pingPongNs,process", lines[0]);
        Assert.Equal("0,1,2000000,5000000,,,1", lines[2]);
    }

    [Fact]
    public void The_CSV_of_cells_has_every_scalar_of_the_run_format_with_its_value()
    {
        // With a value for everything that is left out where it has none.
        RunRecord<RaceCell> race = Race with
        {
            Cells =
            [
                Race.Cells[0] with
                {
                    PathTimeNs = 5500,
                    Fill = "fixed",
                    PredictedRate = 0.02,
                    NotPredicted = "no form",
                    PingPongNs = 120,
                    ConnectP50Ns = 1,
                    ConnectP99Ns = 2,
                },
            ],
        };
        AssertSameScalars(race, CsvExport.Files(race)["cells.csv"]);
        AssertSameScalars(Throughput, CsvExport.Files(Throughput)["cells.csv"]);
    }

    [Fact]
    public void Raw_values_name_their_cell()
    {
        string[] lines = CsvExport.Files(Race)["trials.csv"].Split('\n');

        Assert.StartsWith("cell,trial,attempts,insertFailed", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("0,1,1000,25,0,25,", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("1,0,1000,0,", lines[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,\"b\"\nc", "\"a,\"\"b\"\"\nc\"")]
    [InlineData("=cmd()", "'=cmd()")]
    public void Text_in_CSV_is_quoted_and_is_no_formula(string series, string field)
    {
        RunRecord<RaceCell> run = Race with { Cells = [Race.Cells[0] with { Series = series }] };

        Assert.Contains($"\nquick,{field},model,", CsvExport.Files(run)["cells.csv"], StringComparison.Ordinal);
    }

    [Fact]
    public void Benchmark_action_gets_rates_where_smaller_is_better_and_speeds_where_bigger_is()
    {
        JsonArray smaller = JsonNode.Parse(BenchmarkActionExport.SmallerIsBetter(Race))!.AsArray();
        JsonArray bigger = JsonNode.Parse(BenchmarkActionExport.BiggerIsBetter(Throughput))!.AsArray();

        Assert.Equal(2, smaller.Count);
        Assert.Equal("%", (string?)smaller[0]!["unit"]);
        Assert.Equal(2.3, (double)smaller[0]!["value"]!, 1e-9);
        Assert.Equal("69 of 3000", (string?)smaller[0]!["extra"]);
        Assert.StartsWith("connections/s design=lock-free", (string?)bigger[0]!["name"], StringComparison.Ordinal);
        Assert.Equal(2, smaller.Select(e => (string?)e!["name"]).Distinct().Count());
        Assert.Equal(2, JsonNode.Parse(BenchmarkActionExport.BiggerIsBetter(Race))!.AsArray().Count);
        Assert.Empty(JsonNode.Parse(BenchmarkActionExport.SmallerIsBetter(Throughput))!.AsArray());
    }

    [Fact]
    public void OpenMetrics_uses_the_names_of_node_exporter_and_ends_properly()
    {
        string[] lines = OpenMetricsExport.Text(Race).TrimEnd('\n').Split('\n');

        Assert.Equal("# EOF", lines[^1]);
        Assert.Contains("# TYPE node_nf_conntrack_stat_insert_failed gauge", lines);
        const string Sample = "node_nf_conntrack_stat_insert_failed{preset=\"quick\",system=\"model\",era=\"4.14\",mode=\"default\",";
        Assert.EndsWith("} 69", Assert.Single(lines, l => l.StartsWith(Sample, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, l => l.Contains("stat_found", StringComparison.Ordinal));
        Assert.All(lines.Where(l => !l.StartsWith('#')), l => Assert.Matches("^[a-z_]+\\{([a-z_]+=\"[^\"]*\",?)+\\} [-+0-9.eE]+$", l));
    }

    [Fact]
    public void OpenMetrics_labels_are_escaped()
    {
        RunRecord<RaceCell> run = Race with { Cells = [Race.Cells[0] with { Series = "a\"b\\c\nd" }] };

        Assert.Contains("series=\"a\\\"b\\\\c\\nd\"", OpenMetricsExport.Text(run), StringComparison.Ordinal);
    }

    private static void AssertSameScalars(RunRecord run, string csv)
    {
        string[] header = Fields(csv.Split('\n')[0]);
        string[] first = Fields(csv.Split('\n')[1]);
        JsonObject cell = JsonNode.Parse(RunFormat.Write(run))!["cells"]![0]!.AsObject();
        string[] compound =
        [
            "delayed", "failedByClient", "windowCurve", "windowHistogram", "pairDistanceCurve", "counters", "perTrial", "perRound", "figures",
            "parameters", "dropped",
        ];
        Assert.Equal(cell.Select(p => p.Key).Except(compound).Order(), header.Order());
        for (int i = 0; i < header.Length; i++)
        {
            Assert.Equal(cell[header[i]]?.ToString() ?? "", first[i]);
        }
    }

    private static string[] Fields(string line) => [.. FieldPattern().Matches(line).Select(m => m.Groups[1].Value)];

    // A field is quoted, with quotes doubled, or has neither quotes nor commas.
    [GeneratedRegex("(?:^|,)((?:\"(?:[^\"]|\"\")*\")|[^\",]*)")]
    private static partial Regex FieldPattern();
}
