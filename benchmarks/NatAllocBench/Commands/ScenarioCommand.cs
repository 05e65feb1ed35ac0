using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Reporting;
using NatAllocBench.Running;
using NatAllocBench.Scenarios;

namespace NatAllocBench.Commands;

/// <summary><c>scenario</c>: experiments with one question each, every answer beside its prediction.</summary>
internal static class ScenarioCommand
{
    private static readonly Argument<string?> Name = new("name")
    {
        Description = $"The scenario: {string.Join(", ", ScenarioCatalog.All.Select(s => s.Name))}.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "NAME",
    };

    private static readonly Option<bool> List = new("--list") { Description = "List the scenarios and what each asks." };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Everything drawn follows from it; the same seed gives the same tables, except where real threads race.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    public static Command Create()
    {
        var command = new Command("scenario", "Answer one question about the allocator or the table, each answer beside its prediction.");
        command.Arguments.Add(Name);
        command.Options.Add(List);
        command.Options.Add(Seed);
        PublishOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(List))
        {
            foreach (IScenario each in ScenarioCatalog.All)
            {
                Console.Out.WriteLine($"{each.Name,-12} {each.Summary}");
            }

            return CommandLine.Success;
        }

        string names = string.Join(", ", ScenarioCatalog.All.Select(s => s.Name));
        string name = parsed.GetValue(Name) ?? throw new UsageException($"name a scenario: one of {names}; --list tells what they ask");
        IScenario scenario = ScenarioCatalog.Find(name) ?? throw new UsageException($"unknown scenario '{name}': choose one of {names}");
        return Measure(scenario, parsed.GetValue(Seed), PublishOptions.From(parsed));
    }

    private static int Measure(IScenario scenario, ulong seed, PublishOptions publish)
    {
        using var stop = new StopSignal();
        CpuSet cpus = CpuSet.Allowed();
        DateTimeOffset started = DateTimeOffset.UtcNow;
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(scenario.Name, scenario.Summary);
        List<ScenarioCell> cells = [];
        var context = new ScenarioContext(seed, cpus, stop.Token);
        bool completed = console.WithProgress(ScenarioSeconds, report =>
        {
            foreach (ScenarioCell cell in scenario.Run(context))
            {
                cells.Add(cell);
                report($"{cells.Count} rows, last: {cell.Table}, era {cell.Era}");
                if (stop.Token.IsCancellationRequested)
                {
                    return false;
                }
            }

            return true;
        });
        var run = new RunRecord<ScenarioCell>
        {
            Command = "scenario",
            Preset = scenario.Name,
            StartedUtc = started,
            MeasuredCommit = RunEnvironment.Commit,
            Dirty = RunEnvironment.IsDirty(),
            Completed = completed,
            Argv = RunEnvironment.Argv,
            Options = new Dictionary<string, string> { ["scenario"] = scenario.Name, ["seed"] = seed.ToString(CultureInfo.InvariantCulture) },
            Seeds = [seed],
            Machine = RecordedMachine.Detect(cpus),
            Packages = RunEnvironment.Packages(),
            Notes = [scenario.Summary, .. scenario.Notes],
            Cells = cells,
        };
        console.Tables(run);
        if (!completed)
        {
            console.Line($"Interrupted: kept the {cells.Count} rows that were finished.");
        }

        publish.Write(run, console);
        return completed ? CommandLine.Success : CommandLine.Interrupted;
    }

    /// <summary>What the progress bar takes for the whole; no scenario takes longer on a machine of today.</summary>
    private const double ScenarioSeconds = 60;
}
