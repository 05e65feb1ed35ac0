using System.Text.Json.Nodes;
using NatAllocBench.Reports.Export;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public class BenchmarkDotNetExportTests
{
    private static readonly RunRecord<ThroughputCell> Run =
        SampleRuns.Throughput(SampleRuns.Design("lock-free", 1e6, 2e6, 4e6), SampleRuns.Design("a\"b\nc", 5e6));

    private readonly JsonArray _benchmarks = JsonNode.Parse(BenchmarkDotNetExport.Text(Run))!["Benchmarks"]!.AsArray();

    /// <summary>ResultsComparer takes its values from one of two places, by its version, and matches by name.</summary>
    [Fact]
    public void Both_places_that_ResultsComparer_reads_have_nanoseconds_per_connection()
    {
        JsonNode first = _benchmarks[0]!;

        Assert.Equal([1000, 500, 250], first["Statistics"]!["OriginalValues"]!.AsArray().Select(v => (double)v!));
        JsonArray measurements = first["Measurements"]!.AsArray();
        Assert.All(measurements, m => Assert.Equal("Result", (string?)m!["IterationStage"]));
        Assert.Equal([1000, 500, 250], measurements.Select(m => (double)m!["Nanoseconds"]! / (long)m["Operations"]!));
        Assert.Equal([1, 2, 3], measurements.Select(m => (int)m!["LaunchIndex"]!));
        Assert.Equal(3, (int)first["Statistics"]!["N"]!);
        Assert.Equal(1750.0 / 3, (double)first["Statistics"]!["Mean"]!, 1e-9);
        Assert.Equal(Math.Sqrt(((1000 - (1750.0 / 3)) * (1000 - (1750.0 / 3)) + (500 - (1750.0 / 3)) * (500 - (1750.0 / 3))
            + (250 - (1750.0 / 3)) * (250 - (1750.0 / 3))) / 2), (double)first["Statistics"]!["StandardDeviation"]!, 1e-9);
        Assert.Equal(2, _benchmarks.Select(b => (string?)b!["FullName"]).Distinct().Count());
    }

    [Fact]
    public void A_hostile_name_stays_on_one_line_of_the_full_name()
    {
        Assert.Contains("a%22b%0Ac", (string?)_benchmarks[1]!["FullName"], StringComparison.Ordinal);
        Assert.Null(_benchmarks[1]!["Statistics"]!["StandardDeviation"]);
    }

    [Fact]
    public void Runs_without_rounds_are_refused()
    {
        _ = Assert.Throws<RunFormatException>(() => BenchmarkDotNetExport.Text(SampleRuns.Race()));
        _ = Assert.Throws<RunFormatException>(() => BenchmarkDotNetExport.Text(
            Run with { Cells = [Run.Cells[0] with { PerRound = null }] }));
    }
}
