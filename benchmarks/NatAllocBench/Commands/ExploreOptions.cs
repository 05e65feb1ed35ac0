using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Running;
using ScenarioCatalog = NatAllocBench.Exploration.Scenarios.ScenarioCatalog;

namespace NatAllocBench.Commands;

/// <summary>The options of <c>explore</c>, checked.</summary>
internal sealed record ExploreOptions
{
    public static readonly Option<bool> List = new("--list") { Description = "List scenarios, designs, geometries and mutants." };

    private static readonly Option<string> Eras = Text("--eras", "Eras, separated by commas.", "ERA,...", "4.14,6.12").Named("--era");
    private static readonly Option<string> Designs = Text(
        "--designs", "Designs, separated by commas.", "DESIGN,...", ExploredCell.UsualDesigns);
    private static readonly Option<string> Scenarios = Text("--scenario", "Scenarios, separated by commas, or all.", "NAME,...", "all");
    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Connections, 2 or 3; 4 to 8 with --strategy pct or random.",
        DefaultValueFactory = _ => 2,
        HelpName = "N",
    };

    private static readonly Option<string> Memory = Text(
        "--memory", "sc: stores are seen at once; tso: store buffers, as on x64; or both.", "MODEL", "sc,tso");
    private static readonly Option<string> StrategyOption = Text(
        "--strategy", "dpor, bounded:PREEMPTIONS, pct:DEPTH:RUNS or random:RUNS.", "STRATEGY", "dpor");

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Total time, shared by the cells; with --bug, the time for each mutant.",
        DefaultValueFactory = _ => 60,
        HelpName = "S",
    };

    private static readonly Option<long> Executions = new("--max-executions")
    {
        Description = "Maximum number of executions of one cell; may end in k or M.",
        DefaultValueFactory = _ => long.MaxValue,
        HelpName = "N",
    };

    private static readonly Option<string?> ReplayOption =
        new("--replay") { Description = "Run one schedule and print every step.", HelpName = "SCHEDULE" };
    private static readonly Option<int> GeometryOption =
        new("--geometry") { Description = "Bucket geometry of --replay; see --list.", HelpName = "N" };
    private static readonly Option<bool> Picture = new("--picture") { Description = "Write --replay as a Mermaid sequence diagram." };
    private static readonly Option<string?> SvgOption = new("--svg") { Description = "Draw --replay into a file.", HelpName = "FILE" };
    private static readonly Option<string?> TimelineOption = new("--timeline")
    {
        Description = "Print the witness of this outcome, of every violation (the default) or of all.",
        HelpName = "OUTCOME|violation|all",
    };

    private static readonly Option<string?> Bug = new("--bug")
    {
        Description = "Leave out a step of the protocol and check that this is noticed: a mutant of --list, or all.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Document = new("--document")
    {
        Description = "Replace the tables of a Markdown file, between its lines explore:begin and explore:end.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> CheckpointOption = new("--checkpoint")
    {
        Description = "Keep the state of the search in a file; if it is there, continue from it. With --strategy dpor only.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Require = new("--require-complete") { Description = "Exit with 3 if a cell is not complete." };
    private static readonly Option<int> SeedOption =
        new("--seed") { Description = "Seed of pct and random.", DefaultValueFactory = _ => 1, HelpName = "N" };

    public required IReadOnlyList<ExploredCell> Cells { get; init; }

    public required Func<bool, IStrategy> Strategy { get; init; }

    public required bool IsExhaustive { get; init; }

    /// <summary>The strategy as it was named.</summary>
    public required string StrategyText { get; init; }

    public required int Seed { get; init; }

    /// <summary>The options that decide what is explored, for the run's record.</summary>
    public required IReadOnlyDictionary<string, string> Resolved { get; init; }

    public required TimeSpan Time { get; init; }

    public required long MaxExecutions { get; init; }

    public Schedule? Replay { get; init; }

    public Geometry Geometry { get; init; }

    public bool IsPicture { get; init; }

    public string? SvgFile { get; init; }

    public string? Timeline { get; init; }

    public IReadOnlyList<Mutant> Mutants { get; init; } = [];

    public string? DocumentFile { get; init; }

    public string? CheckpointFile { get; init; }

    public bool RequiresComplete { get; init; }

    public static void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            Eras, Designs, Scenarios, Connections, Memory, StrategyOption, Seconds, Executions, ReplayOption, GeometryOption, Picture,
            SvgOption, TimelineOption, Bug, List, Document, CheckpointOption, Require, SeedOption,
        })
        {
            command.Options.Add(option);
        }

        PublishOptions.AddTo(command);
    }

    public static JsonNode ListData() => JsonOutput.Node(new
    {
        scenarios = ScenarioCatalog.All.Select(scenario => new { name = scenario.Name, summary = scenario.Summary }),
        designs = ExploredCell.Designs,
        geometries = Geometry.All.Select(geometry => geometry.ToString()),
        mutants = Mutant.All.Select(mutant => new
        {
            name = mutant.Name,
            design = mutant.Design,
            scenario = mutant.Scenario,
            connections = mutant.Connections,
        }),
    });

    public static void PrintList(TextWriter output)
    {
        foreach (Scenario scenario in ScenarioCatalog.All)
        {
            output.WriteLine($"scenario {scenario.Name,-18} {scenario.Summary}");
        }

        foreach (string design in ExploredCell.Designs)
        {
            output.WriteLine($"design   {design}");
        }

        for (int i = 0; i < Geometry.All.Count; i++)
        {
            output.WriteLine($"geometry {i,-18} {Geometry.All[i]}");
        }

        foreach (Mutant mutant in Mutant.All)
        {
            output.WriteLine($"mutant   {mutant.Name,-26} {mutant.Design}, {mutant.Scenario}, {mutant.Connections} connections");
        }
    }

    /// <exception cref="UsageException">An option is wrong; the message says which and what to give.</exception>
    public static ExploreOptions From(ParseResult parsed)
    {
        string strategy = parsed.GetValue(StrategyOption)!;
        double seconds = parsed.GetValue(Seconds);
        if (seconds is not (> 0 and <= 1_000_000))
        {
            throw new UsageException($"--seconds {seconds}: give a number above 0 and up to 1000000");
        }

        if (parsed.GetValue(Executions) < 1)
        {
            throw new UsageException("--max-executions: give at least 1");
        }

        int geometry = parsed.GetValue(GeometryOption);
        if (geometry < 0 || geometry >= Geometry.All.Count)
        {
            throw new UsageException($"--geometry {geometry}: give 0 to {Geometry.All.Count - 1}; see --list");
        }

        try
        {
            Schedule? replay = parsed.GetValue(ReplayOption) is { } text ? Schedule.Parse(text) : null;
            List<ExploredCell> cells = SelectCells(parsed, replay, strategy);
            return new ExploreOptions
            {
                Cells = cells,
                Strategy = StrategyName.Parse(strategy, parsed.GetValue(SeedOption)),
                StrategyText = strategy,
                Seed = parsed.GetValue(SeedOption),
                Resolved = Resolve(parsed),
                IsExhaustive = StrategyName.IsExhaustive(strategy),
                Time = TimeSpan.FromSeconds(seconds),
                MaxExecutions = parsed.GetValue(Executions),
                Replay = replay,
                Geometry = Geometry.All[geometry],
                IsPicture = parsed.GetValue(Picture),
                SvgFile = replay is not null || parsed.GetValue(SvgOption) is not { } svg
                    ? parsed.GetValue(SvgOption)
                    : throw new UsageException($"--svg {svg}: there is nothing to draw without --replay"),
                Timeline = parsed.GetValue(TimelineOption),
                Mutants = parsed.GetValue(Bug) is { } bug ? SelectMutants(bug) : [],
                DocumentFile = ReadableFile(parsed),
                CheckpointFile = Checkpoint(parsed, strategy),
                RequiresComplete = parsed.GetValue(Require),
            };
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static Dictionary<string, string> Resolve(ParseResult parsed) => new()
    {
        ["eras"] = parsed.GetValue(Eras)!,
        ["designs"] = parsed.GetValue(Designs)!,
        ["scenario"] = parsed.GetValue(Scenarios)!,
        ["connections"] = parsed.GetValue(Connections).ToString(CultureInfo.InvariantCulture),
        ["memory"] = parsed.GetValue(Memory)!,
        ["strategy"] = parsed.GetValue(StrategyOption)!,
        ["seconds"] = parsed.GetValue(Seconds).ToString(CultureInfo.InvariantCulture),
        ["max-executions"] = parsed.GetValue(Executions).ToString(CultureInfo.InvariantCulture),
        ["seed"] = parsed.GetValue(SeedOption).ToString(CultureInfo.InvariantCulture),
    };

    private static List<ExploredCell> SelectCells(ParseResult parsed, Schedule? replay, string strategy)
    {
        int connections = parsed.GetValue(Connections);
        int most = strategy.StartsWith("pct", StringComparison.Ordinal) || strategy.StartsWith("random", StringComparison.Ordinal)
            ? Limits.MaxThreads
            : 3;
        if (connections < 2 || connections > most)
        {
            throw new UsageException($"--connections {connections}: give 2 to {most} with --strategy {strategy}");
        }

        Era[] eras = [.. Split(parsed.GetValue(Eras)!).Select(name =>
            EraCatalog.Find(name) ?? throw new UsageException($"--eras: unknown era '{name}'; the command eras lists them"))];
        string[] designs = [.. Split(parsed.GetValue(Designs)!).Select(name => Choose("--designs", name, ExploredCell.Designs))];
        string[] names = [.. ScenarioCatalog.All.Select(scenario => scenario.Name)];
        string scenarios = parsed.GetValue(Scenarios)!;
        string[] chosen = scenarios == "all" ? names : [.. Split(scenarios).Select(name => Choose("--scenario", name, names))];
        string[] models = replay is not null
            ? [replay.Model == MemoryModel.Sc ? "sc" : "tso"]
            : [.. Split(parsed.GetValue(Memory)!).Select(name => Choose("--memory", name, ["sc", "tso"]))];
        var cells = new List<ExploredCell>(
            from model in models
            from era in eras
            from name in chosen
            let scenario = ScenarioCatalog.Find(name)
            where scenario.AppliesTo(era)
            from design in designs
            where ExploredCell.Exists(era, design, scenario)
            select new ExploredCell(era, design, scenario, connections, model == "sc" ? MemoryModel.Sc : MemoryModel.Tso));
        if (cells.Count == 0)
        {
            throw new UsageException("none of the eras and designs has what the scenario is about; choose another era, design or scenario");
        }

        if (replay is not null && (cells.Count != 1 || replay.Threads != cells[0].Scenario.Build(connections).Threads.Count))
        {
            throw new UsageException(
                "--replay needs exactly one era, design and scenario, and as many connections as the schedule has threads");
        }

        return cells;
    }

    private static string? Checkpoint(ParseResult parsed, string strategy)
    {
        string? file = Regular(parsed, CheckpointOption);
        return file is null || StrategyName.IsExhaustive(strategy)
            ? file
            : throw new UsageException(
                $"{CheckpointOption.Name} {file}: only --strategy dpor can be continued, leave one of the two out");
    }

    private static string? ReadableFile(ParseResult parsed)
    {
        string? file = Regular(parsed, Document);
        return file is null || File.Exists(file)
            ? file
            : throw new UsageException($"{Document.Name} {file}: there is no such file");
    }

    private static string? Regular(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } file)
        {
            return null;
        }

        InputPlace.RequireRegular(file, option.Name);
        return file;
    }

    private static IReadOnlyList<Mutant> SelectMutants(string name) => name == "all"
        ? Mutant.All
        : [Mutant.Find(name) ?? throw new UsageException(
            $"--bug {name}: choose all or one of {string.Join(", ", Mutant.All.Select(mutant => mutant.Name))}")];

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Choose(string option, string name, IReadOnlyList<string> known) => known.Contains(name)
        ? name
        : throw new UsageException($"{option} '{name}': choose from {string.Join(", ", known)}");

    private static Option<string> Text(string name, string description, string help, string usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        HelpName = help,
    };
}
