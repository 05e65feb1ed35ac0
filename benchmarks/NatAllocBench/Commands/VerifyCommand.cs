using System.CommandLine;
using NatAllocBench.Allocators;
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

    public static Command Create()
    {
        var command = new Command("verify", "Check the models against what the real kernel's and the other systems' code answered, bit for bit.");
        command.Options.Add(Vectors);
        command.SetAction(parsed =>
        {
            VerifyResult result = parsed.GetValue(Vectors) is { } directory
                ? VectorVerifier.Run(directory, Console.Out, AllocatorCatalog.Vectors)
                : VectorVerifier.RunEmbedded(Console.Out, AllocatorCatalog.Vectors);
            return result.Error is { } error ? CommandLine.Refuse(error) : result.ExitCode;
        });
        return command;
    }
}
