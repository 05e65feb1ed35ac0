using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary>The options of commands that record, and the end of a recording.</summary>
internal static class TraceOutput
{
    private static readonly Option<string?> Output =
        new("--output", "-o") { Description = "The .nettrace file to write.", HelpName = "FILE" };

    private static readonly Option<string> Sample = new("--sample")
    {
        Description = "Share of connections to write; both sides of every collision always are.",
        HelpName = "1/N",
        DefaultValueFactory = _ => "1/1",
    };

    private static readonly Option<bool> NoProfile = new("--no-profile")
    {
        Description = "Take no stack samples. Each stops all threads for some microseconds.",
    };

    public static void AddTo(Command command)
    {
        command.Options.Add(MisnamedOption.Out());
        command.Options.Add(Output);
        command.Options.Add(Sample);
        command.Options.Add(NoProfile);
    }

    /// <summary>Where and what to record.</summary>
    /// <exception cref="UsageException">No file is named, or the share is wrong.</exception>
    public static (string Path, TraceRecordingOptions Options) From(ParseResult parsed)
    {
        if (parsed.GetValue(Output) is not { Length: > 0 } path)
        {
            throw new UsageException("trace: --output is missing; name the .nettrace file to write");
        }

        var options = new TraceRecordingOptions(ParseSample(parsed.GetValue(Sample)!), !parsed.GetValue(NoProfile));
        OutputPlace.PrepareFile(path, Output.Name);
        return (path, options);
    }

    /// <summary>Ends a recording, and keeps it if it holds a finished trial.</summary>
    /// <returns>What was kept, as data; null where no trial is finished.</returns>
    public static JsonNode? Keep(TraceRecording recording, string path, RunConsole console)
    {
        RaceTrace trace = recording.Stop();
        if (!trace.Complete.Any())
        {
            return trace.LostEvents == 0
                ? null
                : throw new TraceException(
                    $"{path} was not written: {trace.LostEvents} events were lost and no trial is whole; write fewer with --sample 1/64");
        }

        long bytes = recording.Keep();
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{trace.Complete.Count()} trials, {trace.Collisions.Count()} collisions, {bytes / 1e6:0.0} MB written to {path}"));
        string advice = trace.LostEvents + trace.MissingEvents == 0 ? "" : " Write fewer with --sample 1/64.";
        console.Line($"Events lost: {trace.LostEvents} by the session, {trace.MissingEvents} of the trials' own.{advice}");
        console.Line($"Read it with: trace report {path}");
        return JsonOutput.Node(new
        {
            file = path,
            bytes,
            trials = trace.Complete.Count(),
            collisions = trace.Collisions.Count(),
            lostEvents = trace.LostEvents,
            missingEvents = trace.MissingEvents,
        });
    }

    private static int ParseSample(string text)
    {
        string[] parts = text.Split('/');
        return parts is ["1", var every] && int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n >= 1
            ? n
            : throw new UsageException($"--sample {text}: write 1/N with N at least 1, for example 1/64");
    }
}
