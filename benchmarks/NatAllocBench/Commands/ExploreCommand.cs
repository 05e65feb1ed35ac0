using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>explore</c>: every interleaving of two or three connections.</summary>
internal static class ExploreCommand
{
    /// <summary>The limit came before the end although <c>--require-complete</c> was given.</summary>
    private const int Incomplete = 3;

    public static Command Create()
    {
        var command = new Command(
            "explore", "Enumerate every interleaving of two or three connections on the model's own code, and prove which outcomes there are.");
        ExploreOptions.AddTo(command);
        command.SetAction(parsed => !ExploreOptions.IsJsonToStandardOutput(parsed) ? Run(parsed)
            : ExploreOptions.HasCells(parsed) ? RunSilently(parsed)
            : JsonOutput.WriteLines(Run, parsed));
        return command;
    }

    /// <summary>Standard output belongs to the JSON that is written at the end.</summary>
    private static int RunSilently(ParseResult parsed)
    {
        TextWriter terminal = Console.Out;
        try
        {
            Console.SetOut(TextWriter.Null);
            return Run(parsed);
        }
        finally
        {
            Console.SetOut(terminal);
        }
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(ExploreOptions.List))
        {
            ExploreOptions.PrintList(Console.Out);
            return CommandLine.Success;
        }

        using var stop = new StopSignals();
        ExploreOptions options = ExploreOptions.From(parsed);
        if (options.Mutants.Count > 0)
        {
            return Hunt(options, stop.Token);
        }

        try
        {
            return options.Replay is not null ? Replay(options) : Explore(options, stop.Token);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--document {options.DocumentFile}: {e.Message}");
        }
    }

    private static int Explore(ExploreOptions options, CancellationToken stop)
    {
        CellSearch[] searches = [.. options.Cells.Select(cell => new CellSearch(cell, options.Strategy))];
        ExplorationFile? file = options.CheckpointFile is { } name ? ExplorationFile.Open(name, searches) : null;
        int printed = 0;
        var course = new ExploreCourse(searches, options.Time, options.MaxExecutions, options.IsExhaustive)
        {
            Advanced = search =>
            {
                file?.Note(search);
                for (; printed < searches.Length && searches[printed].IsComplete; printed++)
                {
                    Print(options, searches[printed]);
                }
            },
        };
        course.Run(stop);
        file?.Write();
        foreach (CellSearch search in searches[printed..].Where(search => search.Results.Count > 0))
        {
            Print(options, search);
        }

        return Conclude(options, [.. searches.Where(search => search.Results.Count > 0)], stop.IsCancellationRequested);
    }

    private static void Print(ExploreOptions options, CellSearch search)
    {
        Console.Out.Write(ExploreReport.Cell(search));
        PrintTimelines(options, search);
    }

    private static int Conclude(ExploreOptions options, List<CellSearch> searches, bool isInterrupted)
    {
        int complete = searches.Count(search => search.IsComplete);
        bool violated = searches.Exists(search => search.HasViolation);
        string[] differences = [.. ExploreReport.Differences(searches)];
        Console.Out.WriteLine();
        foreach (string difference in differences)
        {
            Console.Out.WriteLine($"designs differ: {difference}");
        }

        Console.Out.WriteLine(
            $"{complete} of {options.Cells.Count} cells are complete{(options.IsExhaustive ? "" : " (this strategy proves nothing)")}; "
            + $"{(violated ? "an execution is FORBIDDEN" : "no forbidden execution")}. "
            + "Counts of executions are not probabilities. Nothing here is proved for ARM64.");
        if (options.JsonFile is "-")
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write(System.Text.Encoding.UTF8.GetBytes(ExploreJson.Of(searches)));
        }
        else if (options.JsonFile is { } file)
        {
            AtomicFile.Write(file, System.Text.Encoding.UTF8.GetBytes(ExploreJson.Of(searches)));
        }

        if (options.DocumentFile is { } document)
        {
            AtomicFile.Write(document, System.Text.Encoding.UTF8.GetBytes(ProofDocument.Update(File.ReadAllText(document), searches)));
        }

        return violated ? CommandLine.Failure
            : isInterrupted ? CommandLine.Interrupted
            : options.RequiresComplete && complete < options.Cells.Count ? Incomplete
            : CommandLine.Success;
    }

    private static void PrintTimelines(ExploreOptions options, CellSearch search)
    {
        foreach ((OutcomeTally outcome, var geometry) in search.Outcomes)
        {
            if (outcome.Witness is { } schedule && (options.Timeline == "all" || options.Timeline == outcome.Name
                || (outcome.IsViolation && options.Timeline is null or "violation")))
            {
                Console.Out.WriteLine($" witness of '{outcome.Name}': explore {ExploreReport.ReplayOptions(search.Cell, geometry, outcome)}");
                Console.Out.Write(new Witness(search.Cell, geometry).ToText(schedule));
            }
        }
    }

    private static int Replay(ExploreOptions options)
    {
        var witness = new Witness(options.Cells[0], options.Geometry);
        if (options.SvgFile is { } svg)
        {
            AtomicFile.Write(svg, System.Text.Encoding.UTF8.GetBytes(witness.ToSvg(options.Replay!)));
        }

        Console.Out.Write(options.IsPicture ? witness.ToMermaid(options.Replay!) : witness.ToText(options.Replay!));
        Console.Out.WriteLine($"outcome: {witness.Outcome}{(witness.IsExact ? "" : " (the schedule could not be followed in every step)")}");
        return witness.IsExact ? CommandLine.Success : CommandLine.Failure;
    }

    private static int Hunt(ExploreOptions options, CancellationToken stop)
    {
        int survivors = 0;
        foreach (Mutant mutant in options.Mutants)
        {
            CellSearch search = mutant.Hunt(options.Time, stop);
            OutcomeTally? found = search.Results.SelectMany(result => result.Result.Outcomes.Values).FirstOrDefault(outcome => outcome.IsViolation);
            survivors += found is null ? 1 : 0;
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{mutant.Name,-26} {(found is null ? "SURVIVES" : "found")} after {search.Executions} executions, {search.Elapsed.TotalSeconds:0.00} s"
                + $"{(found is null ? "" : $": {found.Name}")}"));
        }

        return survivors > 0 ? CommandLine.Failure : CommandLine.Success;
    }
}
