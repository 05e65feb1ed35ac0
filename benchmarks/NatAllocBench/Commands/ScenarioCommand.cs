using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Churn;

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

    private static readonly Option<double?> Rate = new("--rate")
    {
        Description = "churn: new connections per second. Default: 200.",
        HelpName = "N",
    };

    private static readonly Option<double?> Lifetime = new("--lifetime")
    {
        Description = "churn: mean seconds from SYN to FIN. Default: 1.",
        HelpName = "S",
    };

    private static readonly Option<int?> Clients = new("--clients")
    {
        Description = "churn: clients. Default: 2. Counts may end in k or M.",
        HelpName = "N",
    };

    public static Command Create()
    {
        var command = new Command("scenario", "Answer one question about the allocator or the table, each answer beside its prediction.");
        command.Arguments.Add(Name);
        command.Options.Add(List);
        command.Options.Add(Seed);
        command.Options.Add(Rate);
        command.Options.Add(Lifetime);
        command.Options.Add(Clients);
        command.Options.Add(CpuOption.Option);
        PublishOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(List))
        {
            if (PublishOptions.IsJsonAsked(parsed))
            {
                JsonOutput.Write(new JsonArray([.. ScenarioCatalog.All.Select(each =>
                    new JsonObject { ["name"] = each.Name, ["summary"] = each.Summary })]));
                return CommandLine.Success;
            }

            foreach (IScenario each in ScenarioCatalog.All)
            {
                Console.Out.WriteLine($"{each.Name,-12} {each.Summary}");
            }

            return CommandLine.Success;
        }

        string names = string.Join(", ", ScenarioCatalog.All.Select(s => s.Name));
        string name = parsed.GetValue(Name) ?? throw new UsageException($"name a scenario: one of {names}; see --list for what each asks");
        IScenario scenario = ScenarioCatalog.Find(name) ?? throw new UsageException($"unknown scenario '{name}': choose one of {names}");
        return Measure(
            scenario, CpuOption.Resolve(parsed), ResolveChurn(parsed, scenario), parsed.GetValue(Seed), PublishOptions.From(parsed));
    }

    private static ChurnOptions ResolveChurn(ParseResult parsed, IScenario scenario)
    {
        ChurnOptions usual = ChurnOptions.Default;
        var churn = new ChurnOptions(
            parsed.GetValue(Rate) ?? usual.Rate, parsed.GetValue(Lifetime) ?? usual.LifetimeSeconds,
            parsed.GetValue(Clients) ?? usual.Clients);
        if (churn != usual && scenario is not ChurnScenario)
        {
            throw new UsageException(
                $"--rate, --lifetime and --clients belong to the scenario churn, not to {scenario.Name}; leave them out");
        }

        if (!(churn.Rate is > 0 and <= 1000 && churn.LifetimeSeconds is > 0 and <= 3600 && churn.Clients is >= 1 and <= 65_536))
        {
            throw new UsageException("use --rate above 0 to 1000, --lifetime above 0 to 3600 and --clients 1 to 65536");
        }

        if (churn.Rate * (churn.LifetimeSeconds + 120) > MostEntries)
        {
            throw new UsageException(
                $"--rate times (--lifetime + 120) is more than the {MostEntries} entries of the table; lower one of them");
        }

        return churn;
    }

    private static int Measure(IScenario scenario, CpuSet cpus, ChurnOptions churn, ulong seed, PublishOptions publish)
    {
        using var stop = new StopSignals();
        DateTimeOffset started = DateTimeOffset.UtcNow;
        MachineWatch machine = MachineWatch.Begin(cpus, publish.Keeps, stop.Token);
        using var console = new RunConsole(publish.JsonToStandardOutput);
        console.Heading(scenario.Name, scenario.Summary);
        List<ScenarioCell> cells = [];
        var context = new ScenarioContext(seed, cpus, churn, stop.Token);
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
            Options = Resolved(scenario, churn, seed),
            Seeds = [seed],
            Machine = machine.End(),
            Packages = RunEnvironment.Packages(),
            Notes = [scenario.Summary, .. scenario.Notes],
            Cells = cells,
        };
        KeptRun kept = publish.Keep(run);
        if (!completed)
        {
            console.Line($"Interrupted: kept the {cells.Count} rows that were finished.");
        }

        RunScreen.Write(console, run, kept, publish.Wide);
        return completed ? CommandLine.Success : CommandLine.Interrupted;
    }

    private static Dictionary<string, string> Resolved(IScenario scenario, ChurnOptions churn, ulong seed)
    {
        Dictionary<string, string> options = new()
        {
            ["scenario"] = scenario.Name,
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        };
        if (scenario is ChurnScenario)
        {
            options["rate"] = churn.Rate.ToString(CultureInfo.InvariantCulture);
            options["lifetime"] = churn.LifetimeSeconds.ToString(CultureInfo.InvariantCulture);
            options["clients"] = churn.Clients.ToString(CultureInfo.InvariantCulture);
        }

        return options;
    }

    private const double MostEntries = 130_000;

    /// <summary>What the progress bar takes for the whole; no scenario takes longer on a machine of today.</summary>
    private const double ScenarioSeconds = 60;
}
