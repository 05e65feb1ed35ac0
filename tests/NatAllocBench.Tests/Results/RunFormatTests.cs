using System.Text;
using System.Text.Json.Nodes;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Tests.Results;

public sealed class RunFormatTests
{
    [Fact]
    public void A_race_run_reads_back_as_the_bytes_it_was_written_as()
    {
        byte[] json = RunFormat.Write(SampleRuns.Race());

        RunRecord run = RunFormat.Read(json);

        RunRecord<RaceCell> race = Assert.IsType<RunRecord<RaceCell>>(run);
        Assert.Equal(2, race.CellCount);
        Assert.Equal("random-fully", race.Cells[1].Mode);
        Assert.Equal(ulong.MaxValue, race.Seeds[0]);
        Assert.Equal(125.5, race.Machine.CoreToCoreNs![0][1]);
        Assert.Equal(json, RunFormat.Write(run));
    }

    [Fact]
    public void A_throughput_run_reads_back_with_its_own_cells()
    {
        byte[] json = RunFormat.Write(SampleRuns.Throughput(SampleRuns.Design("lock-free", 1e6, 2e6, 3e6)));

        RunRecord<ThroughputCell> run = Assert.IsType<RunRecord<ThroughputCell>>(RunFormat.Read(json));

        Assert.Equal([1e6, 2e6, 3e6], run.Cells[0].PerRound!.ConnectionsPerSecond);
    }

    [Fact]
    public void Race_cells_carry_the_names_that_later_tools_rely_on()
    {
        JsonObject cell = Json(SampleRuns.Race())["cells"]![0]!.AsObject();

        string[] promised =
        [
            "preset", "system", "era", "mode", "protocol", "cpus", "clients", "destinations", "portMin", "portMax", "occupancy",
            "windowAddedNs", "arrival", "trials", "attempts", "confirmed", "insertFailed", "failedKeepPort", "failedSearch",
            "failedExhausted", "failedChain", "rate", "rateLow", "rateHigh", "connectionsPerSecond", "connectionsPerSecondLow",
            "connectionsPerSecondHigh", "slowestWorkerConnectionsPerSecond", "fastestWorkerConnectionsPerSecond",
            "probesPerConnection", "foundPerConnection", "windowP50Ns", "windowP99Ns", "pairDistanceP50Ns", "pairDistanceP99Ns",
            "delayed", "rateMethod", "perTrial", "missing",
        ];
        Assert.Empty(promised.Except(cell.Select(p => p.Key)));
    }

    [Fact]
    public void Values_that_do_not_exist_are_written_as_null()
    {
        JsonObject cell = Json(SampleRuns.Race())["cells"]![0]!.AsObject();

        Assert.True(cell.ContainsKey("pairDistanceP50Ns"));
        Assert.Null(cell["pairDistanceP50Ns"]);
    }

    [Fact]
    public void Raw_values_of_a_cell_stand_on_one_line_each()
    {
        string json = Encoding.UTF8.GetString(RunFormat.Write(SampleRuns.Race()));

        Assert.Contains("        \"insertFailed\": [20, 25, 24],\n", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_come_last_so_that_the_head_of_the_file_says_what_it_is()
    {
        JsonObject run = Json(SampleRuns.Race());

        Assert.Equal("schemaVersion", run.First().Key);
        Assert.Equal("cells", run.Last().Key);
    }

    [Theory]
    [InlineData("\"schemaVersion\": 1", "\"schemaVersion\": 2", "schema version 2")]
    [InlineData("\"command\": \"race\"", "\"command\": \"dance\"", "unknown command \"dance\"")]
    [InlineData("\"dirty\"", "\"dirtyy\"", "dirtyy")]
    [InlineData("\"dirty\": false", "\"dirty\": false, \"dirty\": true", "dirty")]
    [InlineData("\"mode\": \"default\"", "\"mode\": null", "mode")]
    [InlineData("\"completed\": true,", "", "completed")]
    [InlineData("\"notes\": [", "\"notes\": [null, ", "null")]
    [InlineData("[20, 25, 24]", "[20, 25.5, 24]", "number")]
    [InlineData("[20, 25, 24]", "[20, null, 24]", "number")]
    [InlineData("[20, 25, 24]", "\"20\"", "number")]
    [InlineData("[18446744073709551615, ", "[-1, ", "number")]
    public void A_run_with_a_fault_is_refused_in_one_line_that_names_it(string text, string replacement, string named)
    {
        string json = Encoding.UTF8.GetString(RunFormat.Write(SampleRuns.Race()));
        Assert.Contains(text, json, StringComparison.Ordinal);

        RunFormatException e = Assert.Throws<RunFormatException>(() =>
            RunFormat.Read(Encoding.UTF8.GetBytes(json.Replace(text, replacement, StringComparison.Ordinal))));

        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":1")]
    [InlineData("\u0000")]
    public void Text_that_is_no_run_is_refused(string text) =>
        Assert.Throws<RunFormatException>(() => RunFormat.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_number_that_JSON_cannot_express_is_refused()
    {
        RaceCell cell = SampleRuns.Cell("default", [10], [1]) with { WindowP50Ns = double.NaN };

        Assert.Throws<RunFormatException>(() => RunFormat.Write(SampleRuns.Race(cell)));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        RunFormatException e = Assert.Throws<RunFormatException>(() => RunFormat.ReadFile("no-such-run.json"));

        Assert.StartsWith("no-such-run.json:", e.Message, StringComparison.Ordinal);
    }

    private static JsonObject Json(RunRecord run) => JsonNode.Parse(RunFormat.Write(run))!.AsObject();
}
