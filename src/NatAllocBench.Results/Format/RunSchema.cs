using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Format;

/// <summary>The JSON Schema of <c>run.json</c>, generated from the types that are serialised, with the ranges of their values.</summary>
public static class RunSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly HashSet<string> Shares =
        ["occupancy", "rate", "rateLow", "rateHigh", "share", "fairness", "predictedRate", "shortPathShare"];

    private static readonly HashSet<string> AtLeastOne =
        ["cores", "cpus", "clients", "destinations", "pool", "threads", "connections", "trials"];

    /// <summary>The schema's file below the results directory.</summary>
    public static string FileName => $"schema/run-{RunRecord.CurrentSchemaVersion}.schema.json";

    /// <summary>The schema.</summary>
    /// <returns>JSON Schema 2020-12 with a final line end.</returns>
    public static string Text()
    {
        JsonNode[] kinds =
        [
            Of(RunJsonContext.ForSchema.RunRecordRaceCell, "race", "kernel"),
            Of(RunJsonContext.ForSchema.RunRecordThroughputCell, "throughput"),
            Of(RunJsonContext.ForSchema.RunRecordComparisonCell, "kernel-compare"),
            Of(RunJsonContext.ForSchema.RunRecordScenarioCell, "scenario"),
            Of(RunJsonContext.ForSchema.RunRecordExploreCell, "explore"),
        ];
        foreach ((int index, JsonNode kind) in kinds.Index())
        {
            PointBelow(kind, $"#/oneOf/{index}");
        }

        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = $"NatAllocBench run, schema version {RunRecord.CurrentSchemaVersion}",
            ["oneOf"] = new JsonArray(kinds),
        };
        return schema.ToJsonString(Indented) + "\n";
    }

    // The exporter points from the root of the type's own schema, which is not the root of the file.
    private static void PointBelow(JsonNode node, string root)
    {
        foreach (JsonNode child in node switch
        {
            JsonObject members => members.Select(member => member.Value).OfType<JsonNode>(),
            JsonArray elements => elements.OfType<JsonNode>(),
            _ => [],
        })
        {
            PointBelow(child, root);
        }

        if (node is JsonObject schema && schema["$ref"] is JsonValue pointer)
        {
            schema["$ref"] = root + pointer.GetValue<string>()[1..];
        }
    }

    private static JsonNode Of(JsonTypeInfo type, params string[] commands)
    {
        JsonSchemaExporterOptions options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Narrow };
        JsonNode schema = type.GetJsonSchemaAsNode(options);
        schema["properties"]!["command"] = new JsonObject { ["enum"] = new JsonArray([.. commands.Select(c => (JsonNode)c)]) };
        schema["properties"]!["schemaVersion"] = new JsonObject { ["const"] = RunRecord.CurrentSchemaVersion };
        schema["required"] = new JsonArray([.. schema["required"]!.AsArray().Select(n => n!.DeepClone()).Prepend("schemaVersion")]);
        return schema;
    }

    private static JsonNode Narrow(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema || context.PropertyInfo is not { Name: { } name } || name == "difference" || !IsNumber(schema))
        {
            return node;
        }

        schema["minimum"] = AtLeastOne.Contains(name) ? 1 : 0;
        if (Shares.Contains(name))
        {
            schema["maximum"] = 1;
        }
        else if (name is "portMin" or "portMax")
        {
            schema["maximum"] = 65535;
        }

        return schema;
    }

    private static bool IsNumber(JsonObject schema)
    {
        string?[] types = schema["type"] switch
        {
            JsonArray several => [.. several.Select(t => (string?)t)],
            JsonNode one => [(string?)one],
            null => [],
        };
        return types.Contains("integer") || types.Contains("number");
    }
}
