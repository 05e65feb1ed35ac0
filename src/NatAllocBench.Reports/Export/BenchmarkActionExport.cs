using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Export;

/// <summary>
/// The custom formats of github-action-benchmark: an array of <c>name, unit, value, range, extra</c>, one entry per measured cell. The
/// action alerts on a ratio to the value before, so a cell of value 0 is left out; an array without entries it takes for a failure, so a
/// run that has none is refused.
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
    /// <returns>A JSON array with an entry per cell whose rate is above 0.</returns>
    /// <exception cref="RunFormatException">The run has no rates, or none above 0.</exception>
    public static string SmallerIsBetter(RunRecord run)
    {
        RaceCell[] cells = run is RunRecord<RaceCell> race ? [.. race.Cells.Where(c => c.Rate is not null)] : [];
        if (cells.Length == 0)
        {
            throw new RunFormatException($"a {run.Command} run has no failure rates for smaller-is-better; export it as csv");
        }

        Provenance from = Provenance.Of(run);
        RaceCell[] failed = [.. cells.Where(c => c.Rate > 0)];
        return failed.Length == 0
            ? throw new RunFormatException("every failure rate of the run is 0, and the action cannot form a ratio to 0; export it as csv")
            : Json(failed.Select(c => Entry(
                from,
                "insert_failed",
                Workload.Of(c),
                "%",
                (c.Rate!.Value * 100, c.RateLow * 100, c.RateHigh * 100),
                $"{c.InsertFailed} of {c.Attempts}, ")));
    }

    /// <summary>The connections per second of a run, for <c>customBiggerIsBetter</c>. Paced clients have no speed of their own.</summary>
    /// <returns>A JSON array with an entry per cell that has a speed.</returns>
    /// <exception cref="RunFormatException">The run has no speeds.</exception>
    public static string BiggerIsBetter(RunRecord run)
    {
        (Workload Workload, double? Value, double? Low, double? High)[] speeds = run switch
        {
            RunRecord<RaceCell> race => [.. race.Cells.Where(c => !c.IsPaced).Select(c => (
                Workload.Of(c), c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh))],
            RunRecord<ThroughputCell> throughput => [.. throughput.Cells.Select(c => (
                Workload.Of(c), c.ConnectionsPerSecond, c.ConnectionsPerSecondLow, c.ConnectionsPerSecondHigh))],
            _ => [],
        };
        Provenance from = Provenance.Of(run);
        JsonNode[] entries =
        [
            .. speeds.Where(s => s.Value > 0)
                .Select(s => Entry(from, "connections/s", s.Workload, "connections/s", (s.Value!.Value, s.Low, s.High), "")),
        ];
        return entries.Length == 0
            ? throw new RunFormatException($"the {run.Command} run has no speeds for bigger-is-better; export it as csv")
            : Json(entries);
    }

    // The name is the action's only key: without the machine two machines would be one line in its chart.
    private static JsonObject Entry(
        Provenance from, string what, Workload workload, string unit, (double Value, double? Low, double? High) figure, string counts)
    {
        JsonObject entry = new() { ["name"] = $"{what} machine={from.Machine} {workload}", ["unit"] = unit, ["value"] = figure.Value };
        if (figure.Low is { } low && figure.High is { } high)
        {
            entry["range"] = string.Create(CultureInfo.InvariantCulture, $"{low} to {high}");
        }

        entry["extra"] = $"{counts}run {from.Run}, commit {from.Commit ?? "unknown"}, {from.Date}";
        return entry;
    }

    private static string Json(IEnumerable<JsonNode> entries) => new JsonArray([.. entries]).ToJsonString(Indented) + "\n";
}
