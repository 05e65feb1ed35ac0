using System.CommandLine;
using NatAllocBench.Results.Files;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace perfetto</c>: a recording with a track per CPU, for ui.perfetto.dev and Chrome's viewer.</summary>
internal static class TracePerfettoCommand
{
    private static readonly Option<string> Output =
        new("--output", "-o") { Description = "The .json file to write.", HelpName = "FILE", Required = true };

    public static Command Create()
    {
        var command = new Command("perfetto", "Write a recording as trace events with a track per CPU, for Perfetto or Chrome.")
        {
            TraceInput.Path, MisnamedOption.Out(), Output,
        };
        JsonOutput.SetAction(command, (parsed, _) =>
        {
            string path = parsed.GetValue(Output)!;
            OutputPlace.PrepareFile(path, Output.Name);
            RaceTrace trace = TraceInput.Read(parsed);
            if (!trace.Complete.Any())
            {
                throw new TraceException("the recording ends before its first trial does; record a longer one");
            }

            string temporary = AtomicFile.Temporary(path);
            try
            {
                using (FileStream file = File.Create(temporary))
                {
                    TraceEvents.Write(trace, file);
                }

                AtomicFile.Replace(temporary, path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ResultsWriteException($"cannot write {path} ({AtomicFile.Reason(e)}); name another place with --output", e);
            }
            finally
            {
                File.Delete(temporary);
            }

            return Answer.Success(() => JsonOutput.Node(new
            {
                file = path,
                trials = trace.Complete.Count(),
                connections = trace.Complete.Sum(trial => trial.Connections.Count),
                collisions = trace.Complete.Sum(trial => trial.Collisions.Count),
            }));
        });
        return command;
    }
}
