using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NatAllocBench.Reporting;

/// <summary>The two properties that decide how the rest is read.</summary>
internal sealed record RunHead
{
    public int? SchemaVersion { get; init; }

    public string? Command { get; init; }
}

[JsonSerializable(typeof(RunHead))]
[JsonSerializable(typeof(RunRecord<RaceCell>))]
[JsonSerializable(typeof(RunRecord<ThroughputCell>))]
[JsonSerializable(typeof(RunRecord<ComparisonCell>))]
internal sealed partial class RunJsonContext : JsonSerializerContext
{
    /// <summary>Strict in what it reads, so that a misspelt or doubled property of a stranger's run does not pass silently.</summary>
    public static RunJsonContext Plain { get; } = new(Configure(JsonUnmappedMemberHandling.Disallow));

    public static RunJsonContext Lenient { get; } = new(Configure(JsonUnmappedMemberHandling.Skip));

    private static JsonSerializerOptions Configure(JsonUnmappedMemberHandling unmapped) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        // The file is read by people and never pasted into HTML: "+" and "'" stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = unmapped,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
    };
}
