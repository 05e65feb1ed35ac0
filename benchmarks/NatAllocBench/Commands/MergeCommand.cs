using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Running;
using NatAllocBench.Sweeping;

namespace NatAllocBench.Commands;

/// <summary><c>merge</c>: one run of the tasks of a sweep.</summary>
internal static class MergeCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The directory of a sweep." };

    private static readonly Option<bool> ByMachine = new("--by-machine")
    {
        Description = "Make a run for each kind of machine where the tasks were measured on several; otherwise that is refused.",
    };

    public static Command Create()
    {
        var command = new Command("merge", "Make one run of the tasks of a sweep, and say which are missing.") { Folder, ByMachine };
        PublishOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        SweepFolder folder = SweepFolder.Open(parsed.GetValue(Folder)!);
        IReadOnlyList<SweepMerge> merged = SweepMerge.Of(folder, parsed.GetValue(ByMachine));
        PublishOptions publish = PublishOptions.From(parsed);
        if (merged.Count > 1 && publish.JsonPath is not null)
        {
            throw new UsageException("--json holds one run, and these are several: leave it or --by-machine out");
        }

        using var console = new RunConsole(publish.JsonToStandardOutput);
        KeptRun[] kept = [.. merged.Select(merge => publish.Keep(merge.Run))];
        foreach (SweepTask task in merged[0].Missing)
        {
            console.Line($"missing: task {task.Number}: {task.Label}");
        }

        foreach (SweepTask task in merged.SelectMany(merge => merge.CutShort))
        {
            console.Line($"cut short: task {task.Number}: {task.Label}");
        }

        foreach ((SweepMerge merge, KeptRun run) in merged.Zip(kept))
        {
            RunScreen.Write(console, merge.Run, run, publish.Wide);
        }

        return merged[0].Missing.Count > 0 ? CommandLine.Failure : CommandLine.Success;
    }
}
