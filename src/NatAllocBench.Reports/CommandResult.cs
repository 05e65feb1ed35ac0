using System.Text.Json.Nodes;
using NatAllocBench.Reports.Documents;

namespace NatAllocBench.Reports;

/// <summary>What a command prints and how it ends, without a console.</summary>
/// <param name="ExitCode">0 success; 1 the check found something; 2 bad input.</param>
/// <param name="Output">Text for standard output, empty or ending in a line end.</param>
/// <param name="Error">One line for standard error without its line end, or null.</param>
public sealed record CommandResult(int ExitCode, string Output, string? Error = null)
{
    /// <summary>The same output before it was rendered as Markdown, where a terminal can show it better; or null.</summary>
    public Document? Document { get; init; }

    /// <summary>The same output as data, where the command has no document; or null.</summary>
    public JsonObject? Data { get; init; }

    internal static CommandResult Of(int exitCode, Document document) =>
        new(exitCode, MarkdownDocument.Render(document)) { Document = document };

    internal static CommandResult BadInput(string error) => new(2, "", error);
}
