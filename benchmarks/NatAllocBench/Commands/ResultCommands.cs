using System.CommandLine;
using System.Globalization;
using NatAllocBench.Reports;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The commands that work on published runs and measure nothing.</summary>
internal static class ResultCommands
{
    public static Command Validate()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Runs, or directories of runs. Default: results of the checkout, else the runs of this user.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("validate", "Check runs: schema, sums, dates, and that their tables regenerate to the same bytes.")
        {
            paths,
        };
        JsonOutput.SetAction(command, (parsed, output) => Print(ValidateCommand.Run(
            parsed.GetValue(paths) is { Length: > 0 } given ? given : [RunEnvironment.Results ?? RunEnvironment.Runs],
            DateTimeOffset.UtcNow), output));
        return command;
    }

    public static Command Compare()
    {
        var paths = new Argument<string[]>("run")
        {
            Description = "A base and others: runs, or machines' directories (newest run of each name); or one run of throughput --beside.",
            Arity = ArgumentArity.OneOrMore,
        };
        var threshold = new Option<string>("--threshold")
        {
            Description = "Difference that matters.",
            HelpName = "SHARE",
            DefaultValueFactory = _ => "5%",
        };
        var rateFloor = new Option<string>("--rate-floor")
        {
            Description = "Noise floor: failure rates whose intervals end below it count as equal.",
            HelpName = "SHARE",
            DefaultValueFactory = _ => "0.0001%",
        };
        var timeFloor = new Option<double>("--time-floor")
        {
            Description = "Noise floor: speeds whose times per connection differ by less count as equal.",
            HelpName = "NS",
            DefaultValueFactory = _ => 0.3,
        };
        var across = new Option<string>("--across")
        {
            Description = "Parameters that may differ between the runs, for example cpus.",
            HelpName = "NAMES",
            DefaultValueFactory = _ => "",
        };
        var failOn = new Option<string>("--fail-on")
        {
            Description = "Exit with code 1 if a cell is worse, with at most 5 % chance of a false alarm over all cells.",
            HelpName = "worse",
        };
        failOn.AcceptOnlyFromAmong("worse");
        var command = new Command(
            "compare", "Compare runs cell by cell: ratio, interval, verdict.")
        {
            paths,
            threshold,
            rateFloor,
            timeFloor,
            across,
            failOn,
        };
        DocumentOutput.AddTo(command);
        command.SetAction(parsed => DocumentOutput.Print(parsed, CompareCommand.Run(parsed.GetValue(paths)!, new ComparisonOptions
        {
            Threshold = UsageException.Parse("--threshold", parsed.GetValue(threshold)!, ParseShare),
            RateNoiseFloor = UsageException.Parse("--rate-floor", parsed.GetValue(rateFloor)!, ParseShare),
            TimeNoiseFloorNs = parsed.GetValue(timeFloor),
            Across = parsed.GetValue(across)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .ToHashSet(),
            FailOnWorse = parsed.GetValue(failOn) is not null,
            Stores = RunEnvironment.Stores,
        })));
        return command;
    }

    public static Command Matrix()
    {
        var paths = new Argument<string[]>("run")
        {
            Description = "Runs of one kind, or directories of machines (the newest run of each name).",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("matrix", "Put runs or machines side by side, without verdicts.") { paths };
        DocumentOutput.AddTo(command);
        command.SetAction(parsed => DocumentOutput.Print(parsed, MatrixCommand.Run(parsed.GetValue(paths)!)));
        return command;
    }

    private static double ParseShare(string text)
    {
        bool percent = text.EndsWith('%');
        return double.TryParse(
            percent ? text.AsSpan(0, text.Length - 1) : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value / (percent ? 100 : 1)
            : throw new FormatException($"'{text}' is no share; write one such as 5% or 0.05");
    }

    /// <summary>Prints what a command found.</summary>
    public static Answer Print(CommandResult result, TextWriter output)
    {
        output.Write(result.Output);
        if (result.Error is { } error)
        {
            Console.Error.WriteLine(PlainText.OneLine(error));
        }

        return new Answer(result.ExitCode, () => result.Data!);
    }
}
