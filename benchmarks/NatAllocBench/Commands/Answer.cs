using System.Text.Json.Nodes;

namespace NatAllocBench.Commands;

/// <summary>How a command ended, and what it found as data for <c>--json</c>, whose names scripts rely on.</summary>
/// <param name="Data">Makes the document.</param>
internal sealed record Answer(int ExitCode, Func<JsonNode> Data)
{
    public static Answer Success(Func<JsonNode> data) => new(CommandLine.Success, data);
}
