using System.CommandLine;
using NatAllocBench.Verification;

namespace NatAllocBench.Commands;

/// <summary><c>verify</c>: the model against inputs and outputs of the real kernel's code.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string> Vectors = new("--vectors")
    {
        Description = "Directory of vector files (*.jsonl). Default: those that come with the program.",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        var command = new Command("verify", "Check the model against what the real kernel's code answered, bit for bit.");
        command.Options.Add(Vectors);
        command.SetAction(parsed =>
        {
            VerifyResult result = parsed.GetValue(Vectors) is { } directory
                ? VectorVerifier.Run(directory, Console.Out)
                : VectorVerifier.RunEmbedded(Console.Out);
            return result.Error is { } error ? CommandLine.Refuse(error) : result.ExitCode;
        });
        return command;
    }
}
