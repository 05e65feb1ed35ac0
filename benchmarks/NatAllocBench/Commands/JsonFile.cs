using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using NatAllocBench.Results.Files;

namespace NatAllocBench.Commands;

/// <summary>The option <c>--json</c> of commands whose run or answer may go into a file as well.</summary>
internal static class JsonFile
{
    /// <summary>The file that is standard output.</summary>
    public const string StandardOutput = "-";

    public static readonly Option<string?> Option = new("--json")
    {
        Description = "Write run or answer as JSON to a file; without a file or with - on standard output, with nothing else on it.",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Where the text of the command goes: nowhere when standard output belongs to the JSON.</summary>
    public static TextWriter Text(ParseResult parsed) => Target(parsed) == StandardOutput ? TextWriter.Null : Console.Out;

    /// <summary>Looks at the file that is to be written, before anything is worked out.</summary>
    /// <returns>The file, <see cref="StandardOutput"/>, or null where JSON is not asked for.</returns>
    public static string? Prepare(ParseResult parsed)
    {
        string? target = Target(parsed);
        if (target is not null and not StandardOutput)
        {
            OutputPlace.PrepareFile(target, Option.Name);
        }

        return target;
    }

    /// <summary>Writes the document, which ends in a line end, where it is asked for.</summary>
    public static void Write(ParseResult parsed, Func<string> document)
    {
        string? target = Target(parsed);
        if (target == StandardOutput)
        {
            Console.Out.Write(document());
        }
        else if (target is not null)
        {
            AtomicFile.Write(target, Encoding.UTF8.GetBytes(document()));
        }
    }

    private static string? Target(ParseResult parsed) =>
        parsed.GetResult(Option) is { Implicit: false } ? parsed.GetValue(Option) ?? StandardOutput : null;
}
