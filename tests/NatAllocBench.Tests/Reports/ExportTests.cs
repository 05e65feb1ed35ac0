using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NatAllocBench.Reports.Export;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
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

        Assert.EndsWith(",one search,5.10,default,occupancy=99 %,4000,4,", files["cells.csv"].Split('\n')[1], StringComparison.Ordinal);
        string[] lines = files["figures.csv"].TrimEnd('\n').Split('\n');
        Assert.EndsWith(",cell,key,name,isShare,measured,low,high,predicted,law,agrees", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(
            ",0,table=one%20search;era=5.10;mode=default;occupancy=99%20%25,succeed,false,100,,,100,as many as there are ports,true",
            lines[3],
            StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Equal(14, Fields(line).Length));
    }

    [Fact]
    public void Rounds_that_lack_a_value_leave_it_empty()
    {
        ThroughputCell cell = SampleRuns.Design("batched", 1e6, 2e6, 3e6);
        RunRecord<ThroughputCell> run = SampleRuns.Throughput(
            cell with { PerRound = cell.PerRound! with { TearDownPerSecond = [4e6, 5e6, 6e6], ExpiredPerSecond = [7e6] } });

        string[] lines = CsvExport.Files(run)["rounds.csv"].Split('\n');

        Assert.EndsWith(
            ",round,connectionsPerSecond,tearDownPerSecond,expiredPerSecond,pingPongNs,process", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",1,2000000,5000000,,,1", lines[2], StringComparison.Ordinal);
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
                    ReferenceNs = 6000,
                    LockWaitNs = 500,
                    ConnectP50Ns = 1,
                    ConnectP99Ns = 2,
                },
            ],
        };
        AssertSameScalars(race, CsvExport.Files(race)["cells.csv"]);
        AssertSameScalars(Throughput, CsvExport.Files(Throughput)["cells.csv"]);
    }

    [Fact]
    public void Raw_values_name_their_cell_and_where_they_come_from()
    {
        RunRecord<RaceCell> run = Race with { MeasuredCommit = "abc123", Dirty = true };
        string[] lines = CsvExport.Files(run)["trials.csv"].Split('\n');

        string origin = $"{MachineIdentity.Of(run.Machine)},{ResultsStore.DirectoryOf(run).Split('/')[1]},abc123-dirty," +
            $"{run.StartedUtc.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ},";
        Assert.StartsWith("machine,run,commit,date,cell,key,trial,attempts,insertFailed", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(origin + "0,preset=quick;", lines[2], StringComparison.Ordinal);
        Assert.Contains(",1,1000,25,0,25,", lines[2], StringComparison.Ordinal);
        Assert.StartsWith(origin + "1,preset=quick;", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_joins_the_same_workload_of_two_machines_and_tells_any_two_workloads_apart()
    {
        RunRecord<RaceCell> other = Race with { Machine = Race.Machine with { Label = "other" }, Cells = [.. Race.Cells.Reverse()] };

        Assert.Equal(Keys(Race).Order(), Keys(other).Order());
        Assert.Equal(2, Keys(Race).Distinct().Count());
        Assert.NotEqual(
            Provenance.Key(Workload.Of(Race.Cells[0] with { Series = "a;system=model", System = "b" })),
            Provenance.Key(Workload.Of(Race.Cells[0] with { Series = "a", System = "model;system=b" })));
        Assert.DoesNotContain('\n', Provenance.Key(Workload.Of(Race.Cells[0] with { Series = "a\nb\u001b[2J" })));

        static IEnumerable<string> Keys(RunRecord run) =>
            CsvExport.Files(run)["cells.csv"].TrimEnd('\n').Split('\n').Skip(1).Select(l => Fields(l)[5]);
    }

    [Theory]
    [InlineData("a,\"b\"\nc", "\"a,\"\"b\"\"\nc\"")]
    [InlineData("=cmd()", "'=cmd()")]
    public void Text_in_CSV_is_quoted_and_is_no_formula(string series, string field)
    {
        RunRecord<RaceCell> run = Race with { Cells = [Race.Cells[0] with { Series = series }] };

        Assert.Contains($",quick,{field},model,", CsvExport.Files(run)["cells.csv"], StringComparison.Ordinal);
    }

    [Fact]
    public void Benchmark_action_gets_rates_where_smaller_is_better_and_speeds_where_bigger_is()
    {
        JsonArray smaller = JsonNode.Parse(BenchmarkActionExport.SmallerIsBetter(Race))!.AsArray();
        Assert.Equal(0, Race.Cells[1].Rate);
        JsonArray bigger = JsonNode.Parse(BenchmarkActionExport.BiggerIsBetter(Throughput))!.AsArray();

        Assert.Single(smaller);
        Assert.Equal("%", (string?)smaller[0]!["unit"]);
        Assert.Equal(2.3, (double)smaller[0]!["value"]!, 1e-9);
        Assert.StartsWith("69 of 3000, run ", (string?)smaller[0]!["extra"], StringComparison.Ordinal);
        Assert.StartsWith(
            $"connections/s machine={MachineIdentity.Of(Throughput.Machine)} design=lock-free", (string?)bigger[0]!["name"],
            StringComparison.Ordinal);
        Assert.Equal(2, bigger.Select(e => (string?)e!["name"]).Distinct().Count());
    }

    [Fact]
    public void Benchmark_action_is_refused_what_it_cannot_say()
    {
        RaceCell zero = Race.Cells[1];
        RunRecord scenario = ScenarioRunTests.Run(ScenarioRunTests.Sound);

        Assert.All(
            (Action[])[
                () => BenchmarkActionExport.SmallerIsBetter(Throughput),
                () => BenchmarkActionExport.SmallerIsBetter(scenario),
                () => BenchmarkActionExport.BiggerIsBetter(scenario),
                () => BenchmarkActionExport.SmallerIsBetter(Race with { Cells = [zero] }),
                () => BenchmarkActionExport.BiggerIsBetter(Race with { Cells = [zero with { Arrival = "poisson:1000" }] }),
            ],
            refused => Assert.Contains("export it as csv", Assert.Throws<RunFormatException>(refused).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void OpenMetrics_uses_the_names_of_node_exporter_on_request_only()
    {
        Assert.DoesNotContain("node_", OpenMetricsExport.Text(Race), StringComparison.Ordinal);
        Assert.Contains("nat_alloc_conntrack_stat_insert_failed{machine=", OpenMetricsExport.Text(Race), StringComparison.Ordinal);
        Assert.Throws<RunFormatException>(() => OpenMetricsExport.Text(Throughput, asNodeExporter: true));
        string[] lines = OpenMetricsExport.Text(Race, asNodeExporter: true).TrimEnd('\n').Split('\n');

        Assert.Equal("# EOF", lines[^1]);
        Assert.Contains("# TYPE node_nf_conntrack_stat_insert_failed gauge", lines);
        const string Parameters = ",preset=\"quick\",system=\"model\",era=\"4.14\",mode=\"default\",";
        string sample = Assert.Single(
            lines, l =>
                l.StartsWith("node_nf_conntrack_stat_insert_failed{", StringComparison.Ordinal)
                    && l.Contains(Parameters, StringComparison.Ordinal));
        Assert.EndsWith($"}} 69 {Race.StartedUtc.ToUnixTimeSeconds()}", sample, StringComparison.Ordinal);
        Assert.Contains($"{{machine=\"{MachineIdentity.Of(Race.Machine)}\",cpu_model=\"", sample, StringComparison.Ordinal);
        Assert.DoesNotContain(lines, l => l.Contains("stat_found", StringComparison.Ordinal));
        Assert.All(
            lines.Where(l => !l.StartsWith('#')), l => Assert.Matches("^[a-z_]+\\{([a-z_]+=\"[^\"]*\",?)+\\} [-+0-9.eE]+ [0-9]+$", l));
    }

    [Fact]
    public void OpenMetrics_labels_are_escaped()
    {
        RunRecord<RaceCell> run = Race with { Cells = [Race.Cells[0] with { Series = "a\"b\\c\nd" }] };

        Assert.Contains("series=\"a\\\"b\\\\c\\nd\"", OpenMetricsExport.Text(run), StringComparison.Ordinal);
    }

    private static void AssertSameScalars(RunRecord run, string csv)
    {
        string[] header = Fields(csv.Split('\n')[0])[6..];
        string[] first = Fields(csv.Split('\n')[1])[6..];
        JsonObject cell = JsonNode.Parse(RunFormat.Write(run))!["cells"]![0]!.AsObject();
        string[] compound =
        [
            "delayed", "failedByClient", "windowCurve", "windowHistogram", "pairDistanceCurve", "counters", "perTrial", "perRound",
            "figures",
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
