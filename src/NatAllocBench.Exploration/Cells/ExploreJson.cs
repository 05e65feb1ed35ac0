using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;

namespace NatAllocBench.Exploration.Cells;

/// <summary>An exploration as JSON: one object for each cell, without anything that differs from run to run but the times.</summary>
internal static class ExploreJson
{
    public static string Of(IEnumerable<CellSearch> searches) => JsonSerializer.Serialize(
        new ExploreRun("explore", 1, [.. searches.Select(Cell)]), ExploreJsonContext.Readable.ExploreRun) + "\n";

    private static ExploreCell Cell(CellSearch search) => new(
        search.Cell.Era.Name,
        search.Cell.Design,
        search.Cell.Scenario.Name,
        search.Cell.Connections,
        search.Cell.Model == MemoryModel.Sc ? "sc" : "tso",
        search.IsComplete,
        search.Executions,
        search.Blocked,
        search.Elapsed.TotalSeconds,
        [.. search.Outcomes.Select(found => new ExploreOutcome(
            found.Outcome.Name,
            Outcome.Verdict(found.Outcome.Name, found.Outcome.IsViolation),
            found.Outcome.Executions,
            found.Outcome.Preemptions,
            ExploreReport.ReplayOptions(search.Cell, found.Geometry, found.Outcome)))]);
}

/// <summary>The file.</summary>
internal sealed record ExploreRun(string Command, int Format, IReadOnlyList<ExploreCell> Cells);

/// <summary>One cell; <c>Complete</c> says whether its outcomes are all that there are.</summary>
internal sealed record ExploreCell(
    string Era,
    string Design,
    string Scenario,
    int Connections,
    string Memory,
    bool Complete,
    long Executions,
    long Blocked,
    double Seconds,
    IReadOnlyList<ExploreOutcome> Outcomes);

/// <summary>One outcome; <c>Replay</c> are the options that repeat its witness.</summary>
internal sealed record ExploreOutcome(string Outcome, string Verdict, long Executions, int Preemptions, string Replay);

/// <summary>Source-generated serialisation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ExploreRun))]
internal sealed partial class ExploreJsonContext : JsonSerializerContext
{
    /// <summary>As the default one, without escapes for characters that need none in a file.</summary>
    public static ExploreJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
