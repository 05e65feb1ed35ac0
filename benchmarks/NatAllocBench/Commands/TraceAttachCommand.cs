using System.CommandLine;
using System.Globalization;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace attach</c>: records a race that runs already in another process of this program.</summary>
internal static class TraceAttachCommand
{
    private static readonly Argument<int> ProcessId = new("PID") { Description = "The process that races." };

    private static readonly Option<double?> Seconds = new("--seconds")
    {
        Description = "How long to record. Default: until the process ends, or Ctrl-C.",
        HelpName = "S",
    };

    public static Command Create()
    {
        var command = new Command("attach", "Record a race that runs in another process, from its next trial on.") { ProcessId, Seconds };
        TraceOutput.AddTo(command);
        JsonOutput.SetAction(command, (parsed, _) => Run(parsed));
        return command;
    }

    private static Answer Run(ParseResult parsed)
    {
        int processId = parsed.GetValue(ProcessId);
        double? seconds = parsed.GetValue(Seconds);
        if (seconds is { } limit && !(limit > 0 && limit <= 1e6))
        {
            throw new UsageException("--seconds: use more than 0 and at most a million");
        }

        (string path, TraceRecordingOptions options) = TraceOutput.From(parsed);
        using var stop = new StopSignals();
        using var console = new RunConsole(toStandardError: JsonOutput.IsAsked(parsed));
        using TraceRecording recording = TraceRecording.Start(processId, path, options);
        console.Line(string.Create(CultureInfo.InvariantCulture, $"Recording process {processId}; Ctrl-C ends it."));
        Wait(recording, seconds, stop.Token);
        return TraceOutput.Keep(recording, path, console) is { } kept
            ? Answer.Success(() => kept)
            : throw new TraceException($"process {processId} finished no trial while it was recorded: is it a race of this program?");
    }

    private static void Wait(TraceRecording recording, double? seconds, CancellationToken cancellation)
    {
        try
        {
            recording.Ended.Wait(seconds is { } s ? (int)(1000 * s) : Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is the usual end.
        }
    }
}
