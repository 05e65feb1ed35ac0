using System.CommandLine;
using NatAllocBench.Commands;

var root = new RootCommand("""
    Races real threads through the Linux NAT port allocator and measures how often two of them choose the same port.
    Without a command it does what 'race' does.
    """);
RaceCommand.Configure(root);
root.Subcommands.Add(RaceCommand.Create());
root.Subcommands.Add(SweepCommand.Create());
root.Subcommands.Add(ThroughputCommand.Create());
root.Subcommands.Add(ScenarioCommand.Create());
root.Subcommands.Add(DumpCommand.Create());
root.Subcommands.Add(KernelCommand.Create());
root.Subcommands.Add(ExploreCommand.Create());
root.Subcommands.Add(VerifyCommand.Create());
root.Subcommands.Add(ErasCommand.Create());
root.Subcommands.Add(AllocatorsCommand.Create());
root.Subcommands.Add(MachineCommand.Create());
root.Subcommands.Add(CalibrateCompareCommand.Create());
root.Subcommands.Add(ContributeCommand.Create());
root.Subcommands.Add(PlanCommand.Create());
root.Subcommands.Add(PredictCommand.Create());
root.Subcommands.Add(DiagnoseCommand.Create());
root.Subcommands.Add(ReplayCommand.Create());
root.Subcommands.Add(TraceCommand.Create());
root.Subcommands.Add(ShowCommand.Create());
root.Subcommands.Add(MergeCommand.Create());
root.Subcommands.Add(CompletionCommand.Create());
foreach (Command command in ResultCommands.All())
{
    root.Subcommands.Add(command);
}

CountText.Install(root);
GroupedHelp.Install(root);
return CommandLine.Run(root, args);
