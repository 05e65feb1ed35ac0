using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>
/// The custom formats of github-action-benchmark: an array of <c>name, unit, value, range, extra</c>, one entry per measured cell.
/// </summary>
public static class BenchmarkActionExport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The failure rates of a race in per cent, for <c>customSmallerIsBetter</c>.</summary>
    /// <param name="run">The run.</param>
    /// <returns>A JSON array, empty where the run has no rates.</returns>
    public static string SmallerIsBetter(RunRecord run)
    {
        IEnumerable<RaceCell> cells = run is RunRecord<RaceCell> race ? race.Cells : [];
        return Json(cells.Where(c => c.Rate is not null).Select(c => Entry(
            $"insert_failed {Workload.Of(c)}",
            "%",
            c.Rate!.Value * 100,
            c.RateLow * 100,
            c.RateHigh * 100,
            $"{c.InsertFailed} of {c.Attempts}")));
    }

    /// <summary>The connections per second of any run, for <c>customBiggerIsBetter</c>.</summary>
    /// <param name="run">The run.</param>
    /// <returns>A JSON array, empty where the run has no speeds.</returns>
    public static string BiggerIsBetter(RunRecord run)
    {
        IEnumerable<(Workload Workload, double? Value, double? Low, double? High)> speeds = run switch
        {
            RunRecord<RaceCell> race => race.Cells.Select(c => (
                Workload.Of(c), c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh)),
            RunRecord<ThroughputCell> throughput => throughput.Cells.Select(c => (
                Workload.Of(c), c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh)),
            _ => [],
        };
        return Json(speeds.Where(s => s.Value is not null)
            .Select(s => Entry($"connections/s {s.Workload}", "connections/s", s.Value!.Value, s.Low, s.High, RunSummary.Line(run))));
    }

    private static JsonObject Entry(string name, string unit, double value, double? low, double? high, string extra)
    {
        JsonObject entry = new() { ["name"] = name, ["unit"] = unit, ["value"] = value };
        if (low is not null && high is not null)
        {
            entry["range"] = string.Create(CultureInfo.InvariantCulture, $"{low} to {high}");
        }

        entry["extra"] = extra;
        return entry;
    }

    private static string Json(IEnumerable<JsonNode> entries) => new JsonArray([.. entries]).ToJsonString(Indented) + "\n";
}
