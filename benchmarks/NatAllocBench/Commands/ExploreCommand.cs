using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Model;
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
            "explore",
            "Enumerate every interleaving of two or three connections on the model's own code, and prove which outcomes there are.");
        ExploreOptions.AddTo(command);
        command.SetAction(parsed => Run(parsed, JsonFile.Text(parsed)));
        return command;
    }

    /// <summary>Explores; the text goes to <paramref name="output"/>, since standard output may belong to the JSON.</summary>
    private static int Run(ParseResult parsed, TextWriter output)
    {
        JsonFile.Prepare(parsed);
        if (parsed.GetValue(ExploreOptions.List))
        {
            ExploreOptions.PrintList(output);
            JsonFile.Write(parsed, () => JsonOutput.Text(ExploreOptions.ListData()));
            return CommandLine.Success;
        }

        using var stop = new StopSignals();
        ExploreOptions options = ExploreOptions.From(parsed);
        if (options.Mutants.Count > 0)
        {
            return Hunt(parsed, options, output, stop.Token);
        }

        try
        {
            return options.Replay is not null ? Replay(parsed, options, output) : Explore(parsed, options, output, stop.Token);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--document {options.DocumentFile}: {e.Message}");
        }
    }

    private static int Explore(ParseResult parsed, ExploreOptions options, TextWriter output, CancellationToken stop)
    {
        PublishOptions publish = PublishOptions.From(parsed);
        var run = new ExploreRun(stop);
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
                    Print(options, output, searches[printed]);
                }
            },
        };
        course.Run(stop);
        file?.Write();
        foreach (CellSearch search in searches[printed..].Where(search => search.Results.Count > 0))
        {
            Print(options, output, search);
        }

        RunRecord<ExploreCell> explored = run.End(options, searches, stop.IsCancellationRequested);
        KeptRun kept = publish.Keep(explored);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        RunScreen.Write(console, explored, kept, publish.Wide);
        if (options.DocumentFile is { } document)
        {
            CellSearch[] begun = [.. searches.Where(search => search.Results.Count > 0)];
            AtomicFile.Write(document, System.Text.Encoding.UTF8.GetBytes(ProofDocument.Update(File.ReadAllText(document), begun)));
        }

        return searches.Any(search => search.HasViolation) ? CommandLine.Failure
            : stop.IsCancellationRequested ? CommandLine.Interrupted
            : options.RequiresComplete && !searches.All(search => search.IsComplete) ? Incomplete
            : CommandLine.Success;
    }

    private static void Print(ExploreOptions options, TextWriter output, CellSearch search)
    {
        output.Write(ExploreReport.Cell(search));
        PrintTimelines(options, search, output);
    }

    private static void PrintTimelines(ExploreOptions options, CellSearch search, TextWriter output)
    {
        foreach ((OutcomeTally outcome, var geometry) in search.Outcomes)
        {
            if (outcome.Witness is { } schedule && (options.Timeline == "all" || options.Timeline == outcome.Name
                || (outcome.IsViolation && options.Timeline is null or "violation")))
            {
                output.WriteLine($" witness of '{outcome.Name}': explore {ExploreReport.ReplayOptions(search.Cell, geometry, outcome)}");
                output.Write(new Witness(search.Cell, geometry).ToText(schedule));
            }
        }
    }

    private static int Replay(ParseResult parsed, ExploreOptions options, TextWriter output)
    {
        var witness = new Witness(options.Cells[0], options.Geometry);
        if (options.SvgFile is { } svg)
        {
            AtomicFile.Write(svg, System.Text.Encoding.UTF8.GetBytes(witness.ToSvg(options.Replay!)));
        }

        output.Write(options.IsPicture ? witness.ToMermaid(options.Replay!) : witness.ToText(options.Replay!));
        output.WriteLine($"outcome: {witness.Outcome}{(witness.IsExact ? "" : " (the schedule could not be followed in every step)")}");
        JsonFile.Write(parsed, () => JsonOutput.Text(JsonOutput.Node(new
        {
            schedule = options.Replay!.ToString(),
            outcome = witness.Outcome,
            isExact = witness.IsExact,
            steps = witness.Steps(options.Replay).Select(step => new { thread = step.Thread, access = step.Step }),
        })));
        return witness.IsExact ? CommandLine.Success : CommandLine.Failure;
    }

    private static int Hunt(ParseResult parsed, ExploreOptions options, TextWriter output, CancellationToken stop)
    {
        List<object> hunts = [];
        int survivors = 0;
        foreach (Mutant mutant in options.Mutants)
        {
            CellSearch search = mutant.Hunt(options.Time, stop);
            OutcomeTally? found = search.Results.SelectMany(result => result.Result.Outcomes.Values)
                .FirstOrDefault(outcome => outcome.IsViolation);
            survivors += found is null ? 1 : 0;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{mutant.Name,-26} {(found is null ? "SURVIVES" : "found")} after {search.Executions} executions, "
                + $"{search.Elapsed.TotalSeconds:0.00} s"
                + $"{(found is null ? "" : $": {found.Name}")}"));
            hunts.Add(new
            {
                name = mutant.Name,
                isFound = found is not null,
                outcome = found?.Name,
                executions = search.Executions,
                seconds = search.Elapsed.TotalSeconds,
            });
        }

        JsonFile.Write(parsed, () => JsonOutput.Text(JsonOutput.Node(new { mutants = hunts })));
        return survivors > 0 ? CommandLine.Failure : CommandLine.Success;
    }
}
