using System.CommandLine;
using System.Text.Json.Nodes;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Running;
using NatAllocBench.Verification;

namespace NatAllocBench.Commands;

/// <summary><c>verify</c>: the models against inputs and outputs of the real systems' code.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string> Vectors = new("--vectors")
    {
        Description = "Directory of vector files (*.jsonl, *.jsonl.gz). Default: those that come with the program.",
        HelpName = "DIR",
    };

    private static readonly Option<string> Designs = new("--designs")
    {
        Description = $"Table designs to run, separated by commas: {string.Join(", ", VectorVerifier.Designs)}; or all.",
        DefaultValueFactory = _ => "all",
        HelpName = "LIST",
    };

    public static Command Create()
    {
        var command = new Command(
            "verify", "Check the models against what the real kernel's and the other systems' code answered, bit for bit.");
        command.Options.Add(Vectors);
        command.Options.Add(Designs);
        command.Options.Add(JsonOutput.Option);
        command.SetAction(parsed =>
        {
            IReadOnlyList<string> designs = Resolve(parsed.GetValue(Designs)!);
            using var lines = new StringWriter();
            TextWriter output = JsonOutput.IsAsked(parsed) ? lines : Console.Out;
            void Write(string line) => output.WriteLine(PlainText.OneLine(line));
            VerifyResult result = parsed.GetValue(Vectors) is { } directory
                ? VectorVerifier.Run(directory, designs, Write, AllocatorCatalog.Vectors)
                : VectorVerifier.RunEmbedded(designs, Write, AllocatorCatalog.Vectors);
            if (JsonOutput.IsAsked(parsed))
            {
                JsonOutput.Write(Json(result, lines.ToString()));
            }

            return result.Error is { } error ? CommandLine.Refuse(error) : result.ExitCode;
        });
        return command;
    }

    private static JsonObject Json(VerifyResult result, string lines) => new()
    {
        ["passed"] = result.Passed,
        ["failed"] = result.Failed,
        ["skipped"] = result.Skipped,
        ["malformed"] = result.Malformed,
        ["exitCode"] = result.ExitCode,
        ["lines"] = JsonOutput.Lines(lines),
    };

    private static IReadOnlyList<string> Resolve(string list)
    {
        string[] names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names is ["all"])
        {
            return VectorVerifier.Designs;
        }

        string? unknown = names.Length == 0 ? list : names.FirstOrDefault(name => !VectorVerifier.Designs.Contains(name));
        return unknown is null
            ? [.. names.Distinct()]
            : throw new UsageException($"--designs: unknown design '{unknown}': choose {string.Join(", ", VectorVerifier.Designs)} or all");
    }
}
