using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using NatAllocBench.Results.Format;

namespace NatAllocBench.Results.Validation;

/// <summary>Checks the text of a run against the published JSON Schema: types, ranges and members of every value.</summary>
public static class SchemaCheck
{
    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromText(RunSchema.Text()));
    private static readonly EvaluationOptions Flat = new() { OutputFormat = OutputFormat.List };

    /// <summary>Evaluates the schema.</summary>
    /// <param name="json">The content of a <c>run.json</c>.</param>
    /// <returns>One line per fault, naming the place; empty for a run that conforms.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static IReadOnlyList<string> Faults(ReadOnlySpan<byte> json)
    {
        JsonNode? run = JsonNode.Parse(json);
        EvaluationResults results = Schema.Value.Evaluate(run, Flat);
        if (results.IsValid)
        {
            return [];
        }

        // Each kind of run is one branch. The faults of the branch whose command fits are the ones that help; the others differ by kind.
        string branch = results.Details
            .Where(detail => detail.EvaluationPath.ToString() is ['/', 'o', 'n', 'e', 'O', 'f', '/', _])
            .OrderBy(detail => FaultsBelow(results, detail.EvaluationPath.ToString()).Count())
            .First().EvaluationPath.ToString();
        string[] faults = [.. FaultsBelow(results, branch).Distinct()];
        return faults.Length > 0 ? faults : ["it fits none of the kinds of runs"];
    }

    private static IEnumerable<string> FaultsBelow(EvaluationResults results, string branch) =>
        from detail in results.Details
        where detail.Errors is { Count: > 0 } && detail.EvaluationPath.ToString().StartsWith(branch, StringComparison.Ordinal)
        from error in detail.Errors!
        select $"{Place(detail.InstanceLocation.ToString())}: {error.Value.ReplaceLineEndings(" ")}";

    private static string Place(string pointer) => pointer.Length == 0 ? "run" : pointer[1..].Replace('/', '.');
}
