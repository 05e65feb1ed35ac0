using System.Text.Json;
using System.Text.Json.Nodes;

namespace NatAllocBench.Tests.Results;

/// <summary>The part of JSON Schema 2020-12 that the run's schema uses; an unknown keyword fails, so that none passes unchecked.</summary>
internal static class JsonSchemaCheck
{
    public static IReadOnlyList<string> Faults(JsonNode? schema, JsonNode? value, string place)
    {
        if (schema is JsonValue allowed)
        {
            return (bool)allowed ? [] : [$"{place}: not allowed"];
        }

        List<string> faults = [];
        foreach ((string keyword, JsonNode? rule) in schema!.AsObject())
        {
            faults.AddRange(Check(schema.AsObject(), keyword, rule!, value, place));
        }

        return faults;
    }

    private static IEnumerable<string> Check(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string place) => keyword switch
    {
        "$schema" or "title" or "format" or "default" => [],
        "oneOf" => OneOf(rule.AsArray(), value, place),
        "type" => Unless(Types(rule).Any(t => HasType(value, t)), $"{place}: is not of type {rule}"),
        "enum" => Unless(rule.AsArray().Any(a => JsonNode.DeepEquals(a, value)), $"{place}: is none of {rule}"),
        "const" => Unless(JsonNode.DeepEquals(rule, value), $"{place}: is not {rule}"),
        "minimum" => Unless(!IsNumber(value) || (double)value! >= (double)rule, $"{place}: is below {rule}"),
        "maximum" => Unless(!IsNumber(value) || (double)value! <= (double)rule, $"{place}: is above {rule}"),
        "required" => value is JsonObject o
            ? rule.AsArray().Where(n => !o.ContainsKey((string)n!)).Select(n => $"{place}: {n} is missing")
            : [],
        "properties" => value is JsonObject o
            ? rule.AsObject().Where(p => o.ContainsKey(p.Key)).SelectMany(p => Faults(p.Value, o[p.Key], $"{place}.{p.Key}"))
            : [],
        "additionalProperties" => value is JsonObject o
            ? o.Where(p => schema["properties"]?.AsObject().ContainsKey(p.Key) != true)
                .SelectMany(p => Faults(rule, p.Value, $"{place}.{p.Key}"))
            : [],
        "items" => value is JsonArray a ? a.SelectMany((v, i) => Faults(rule, v, $"{place}[{i}]")) : [],
        _ => [$"{place}: keyword {keyword} is not checked"],
    };

    private static IEnumerable<string> OneOf(JsonArray schemas, JsonNode? value, string place)
    {
        IReadOnlyList<string>[] results = [.. schemas.Select(s => Faults(s, value, place))];
        int matching = results.Count(r => r.Count == 0);
        return matching == 1 ? [] : [$"{place}: conforms to {matching} of {schemas.Count}", .. results.SelectMany(r => r)];
    }

    private static IEnumerable<string> Types(JsonNode rule) =>
        rule is JsonArray several ? several.Select(t => (string)t!) : [(string)rule!];

    private static bool HasType(JsonNode? value, string type) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "integer" => IsNumber(value) && Math.Floor((double)value!) == (double)value!,
        "number" => IsNumber(value),
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        _ => false,
    };

    private static bool IsNumber(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number;

    private static IEnumerable<string> Unless(bool holds, string fault) => holds ? [] : [fault];
}
