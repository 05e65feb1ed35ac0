using System.CommandLine;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace report</c>: what a recording says.</summary>
internal static class TraceReportCommand
{
    private static readonly Option<int> Collisions = new("--collisions")
    {
        Description = "Maximum number of collisions to list.",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    private static readonly Option<string?> SpeedscopePath = new("--speedscope")
    {
        Description = "Also write the workers' stacks to a file for speedscope.app.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("report", "Windows, collisions, distances, phases and disturbances of a recording.")
        {
            TraceInput.Path, Collisions, SpeedscopePath,
        };
        JsonOutput.SetAction(command, (parsed, output) =>
        {
            int most = parsed.GetValue(Collisions);
            if (most < 0)
            {
                throw new UsageException($"--collisions {most}: use at least 0");
            }

            string? stacks = parsed.GetValue(SpeedscopePath);
            if (stacks is not null)
            {
                OutputPlace.PrepareFile(stacks, "--speedscope");
            }

            RaceTrace trace = TraceInput.Read(parsed);
            string path = parsed.GetValue(TraceInput.Path)!;
            PhaseProfile profile = PhaseProfile.Read(path);
            if (stacks is not null)
            {
                AtomicFile.Write(stacks, Speedscope.Write(profile, Path.GetFileName(path)));
            }

            TraceReport.Write(trace, profile, most, output);
            return Answer.Success(() => TraceJson.Report(trace, profile, most));
        });
        return command;
    }
}
