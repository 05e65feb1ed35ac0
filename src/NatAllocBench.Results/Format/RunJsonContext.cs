using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Format;

/// <summary>The two properties that decide how the rest is read.</summary>
internal sealed record RunHead
{
    public int? SchemaVersion { get; init; }

    public string? Command { get; init; }
}

[JsonSerializable(typeof(RunHead))]
[JsonSerializable(typeof(RunRecord<RaceCell>))]
[JsonSerializable(typeof(RunRecord<ThroughputCell>))]
[JsonSerializable(typeof(RunRecord<ScenarioCell>))]
[JsonSerializable(typeof(RunRecord<ComparisonCell>))]
[JsonSerializable(typeof(RunRecord<ExploreCell>))]
internal sealed partial class RunJsonContext : JsonSerializerContext
{
    /// <summary>Strict in what it reads, so that a misspelt or doubled property of a stranger's run does not pass silently.</summary>
    public static RunJsonContext Plain { get; } = new(Configure(
        JsonUnmappedMemberHandling.Disallow, new NumbersOnOneLine<long>(), new NumbersOnOneLine<double>(), new NumbersOnOneLine<ulong>()));

    public static RunJsonContext Lenient { get; } = new(Configure(JsonUnmappedMemberHandling.Skip));

    /// <summary>Without the converters that lay out numbers, behind which the schema of the numbers would be hidden.</summary>
    public static RunJsonContext ForSchema { get; } = new(Configure(JsonUnmappedMemberHandling.Disallow));

    private static JsonSerializerOptions Configure(JsonUnmappedMemberHandling unmapped, params IEnumerable<JsonConverter> converters)
    {
        JsonSerializerOptions options = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            WriteIndented = true,
            NewLine = "\n",
            // The file is read by people and never pasted into HTML: "+" and "'" stay as they are.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            UnmappedMemberHandling = unmapped,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = 16,
        };
        foreach (JsonConverter converter in converters)
        {
            options.Converters.Add(converter);
        }

        return options;
    }
}
