using System.CommandLine;
using System.Text;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>show</c>: prints a run again as it looked when it was measured.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> Path = new("run") { Description = "A run's folder or its run.json.", HelpName = "RUN" };

    private static readonly Option<bool> Wide = new("--wide") { Description = "Print every column and table, not only the main ones." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the run as JSON instead." };

    public static Command Create()
    {
        var command = new Command("show", "Print a run again as it looked when it was measured.") { Path, Wide, Json };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(Path)!;
            RunRecord run = SoundRun.ReadFile(path);
            if (parsed.GetValue(Json))
            {
                Console.Out.Write(Encoding.UTF8.GetString(RunFormat.Write(run)));
                return CommandLine.Success;
            }

            using var console = new RunConsole(toStandardError: false);
            console.Heading(run.Name, RunSummary.Line(run));
            var kept = Directory.Exists(path) ? new KeptRun(path, null) : new KeptRun(null, path);
            RunScreen.Write(console, run, kept, parsed.GetValue(Wide));
            return CommandLine.Success;
        });
        return command;
    }
}
