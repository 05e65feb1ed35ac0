using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Commands;

/// <summary>Eras as JSON, for programs.</summary>
internal static class EraJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>All eras with their traits.</summary>
    public static string OfAll() => new JsonArray([.. EraCatalog.All.Select(Of)]).ToJsonString(Options);

    /// <summary>A kernel: its era, what it has beyond the base, and what is not certain.</summary>
    /// <param name="match">The kernel.</param>
    public static string Of(EraMatch match) => new JsonObject
    {
        ["kernel"] = match.Release.Text,
        ["vendor"] = JsonSerializer.SerializeToNode(match.Release.Vendor, Options),
        ["build"] = match.Release.Build?.ToString(),
        ["line"] = match.Line?.Name,
        ["base"] = match.Base.Name,
        ["era"] = Of(match.Era),
        ["changes"] = new JsonArray([.. match.Backports.Select(Of)]),
        ["cautions"] = new JsonArray([.. match.Cautions.Select(caution => (JsonNode)caution)]),
        ["candidates"] = new JsonArray([.. match.Candidates.Select(Of)]),
    }.ToJsonString(Options);

    private static JsonNode Of(Era era) => new JsonObject
    {
        ["name"] = era.Name,
        ["releases"] = era.Releases,
        ["changes"] = era.Changes,
        ["traits"] = JsonSerializer.SerializeToNode(era.Traits, Options),
    };

    private static JsonNode Of(Backport backport) => new JsonObject
    {
        ["name"] = backport.Change.Name,
        ["text"] = backport.Change.Text,
        ["since"] = backport.Since?.ToString(),
        ["notIn"] = backport.NotIn?.ToString(),
        ["readIn"] = backport.ReadIn?.ToString(),
        ["evidence"] = JsonSerializer.SerializeToNode(backport.Evidence, Options),
        ["modelled"] = backport.Change.IsModelled,
    };

    private static JsonNode Of(EraCandidate candidate) => new JsonObject
    {
        ["when"] = candidate.When,
        ["era"] = Of(candidate.Era),
    };
}
