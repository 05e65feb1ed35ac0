using System.CommandLine;

namespace NatAllocBench.Commands;

/// <summary>
/// The program's commands. Making all of them takes longer than most of them run, so only those that a command line names are made; all of
/// them for what lists them or may name any: help without a command, a directive of a shell's completion, a response file.
/// </summary>
internal static class CommandTree
{
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("race", RaceCommand.Create),
        ("sweep", SweepCommand.Create),
        ("throughput", ThroughputCommand.Create),
        ("scenario", ScenarioCommand.Create),
        ("dump", DumpCommand.Create),
        ("kernel", KernelCommand.Create),
        ("explore", ExploreCommand.Create),
        ("verify", VerifyCommand.Create),
        ("eras", ErasCommand.Create),
        ("allocators", AllocatorsCommand.Create),
        ("machine", MachineCommand.Create),
        ("calibrate-compare", CalibrateCompareCommand.Create),
        ("contribute", ContributeCommand.Create),
        ("plan", PlanCommand.Create),
        ("predict", PredictCommand.Create),
        ("diagnose", DiagnoseCommand.Create),
        ("replay", ReplayCommand.Create),
        ("trace", TraceCommand.Create),
        ("show", ShowCommand.Create),
        ("merge", MergeCommand.Create),
        ("completion", CompletionCommand.Create),
        ("validate", ResultCommands.Validate),
        ("compare", ResultCommands.Compare),
        ("matrix", ResultCommands.Matrix),
        ("publish", PublishCommand.Create),
        ("export", ExportCommand.Create),
    ];

    /// <summary>The names of all commands.</summary>
    public static IEnumerable<string> Names => Commands.Select(command => command.Name);

    /// <summary>The program, with the commands that a command line may call.</summary>
    public static RootCommand For(IReadOnlyList<string> args)
    {
        var root = new RootCommand("""
            Races real threads through the Linux NAT port allocator and measures how often two of them choose the same port.
            Without a command it does what 'race' does.
            """);
        Func<Command>[] named = [.. Commands.Where(command => args.Contains(command.Name)).Select(command => command.Create)];
        foreach (Func<Command> create in MayNameAny(args, named.Length) ? Commands.Select(command => command.Create) : named)
        {
            root.Subcommands.Add(create());
        }

        if (args is not [var first, ..] || !Names.Contains(first))
        {
            RaceCommand.Configure(root);
        }

        CountText.Install(root);
        GroupedHelp.Install(root);
        return root;
    }

    private static bool MayNameAny(IReadOnlyList<string> args, int named) =>
        args.Any(arg => arg.StartsWith('[') || arg.StartsWith('@'))
        || (named == 0 && args.Any(arg => arg is "--help" or "-h" or "-?" or "/h" or "/?"));
}
