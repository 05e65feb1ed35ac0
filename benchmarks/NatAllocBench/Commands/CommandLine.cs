using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Node;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Race;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary>Runs a command line: bad input is one line on standard error and exit code 2, whatever command finds it.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadInput = 2;
    public const int Interrupted = 130;

    public static int Run(RootCommand root, IReadOnlyList<string> args)
    {
        using var output = new GuardedOutput(Console.Out);
        Console.SetOut(output);
        KeptMeasurement.Note(null);
        int exitCode = Invoke(root, args);
        output.Flush();
        return output.Failure is { } failure
            ? Refuse($"standard output broke: {failure}{(KeptMeasurement.Place is { } place ? $"; what was measured is in {place}" : "")}")
            : exitCode;
    }

    private static int Invoke(RootCommand root, IReadOnlyList<string> args)
    {
        ParseResult parsed = root.Parse(args);
        if (UnknownOption.In(parsed) is { } unknown)
        {
            return Refuse(unknown);
        }

        if (parsed.Errors.Count > 0)
        {
            // The library names a .NET type where a number is needed.
            string message = Regex.Replace(parsed.Errors[0].Message, @" as expected type '.*'", ": write a number");
            return Refuse($"{message} Try --help.");
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (IsInputFault(e))
        {
            return Refuse(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(Directory.Exists(".") ? AtomicFile.Reason(e) : "the current directory is gone; change to another one");
        }
        catch (Exception e) when (e is TrialContradictionException or TableCorruptException or SystemContradictionException)
        {
            Console.Error.WriteLine($"DEFECT, nothing was published: {e.Message}. Please report it with the command line.");
            return Failure;
        }
    }

    /// <summary>Prints the one line that bad input gets.</summary>
    public static int Refuse(string message)
    {
        Console.Error.WriteLine(PlainText.OneLine(message.ReplaceLineEndings(" ")));
        return BadInput;
    }

    /// <summary>Faults of the user's input, whose messages name the thing and the fix.</summary>
    private static bool IsInputFault(Exception e) =>
        e is UsageException or NodeInputException or PresetException or RunFormatException or ResultsWriteException
            or InsufficientMemoryException or TraceException;
}
