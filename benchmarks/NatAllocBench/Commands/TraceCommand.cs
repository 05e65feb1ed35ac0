using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary>
/// <c>trace</c>: a race that is recorded, and the commands that read the recording. The race runs in a child process: what the recording
/// of its events allocates, collects and waits for is none of its business.
/// </summary>
internal static class TraceCommand
{
    /// <summary>Trials of a cell where the command line does not say: a trace is to be looked at, not averaged.</summary>
    private const int UsualTrials = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Option<bool> Recorded = new("--recorded") { Hidden = true };

    public static Command Create()
    {
        var command = new Command(
            "trace", "Record a race over EventPipe, five trials of a cell without --max-trials, or look at a recording.");
        RaceCommandOptions.AddTo(command);
        TraceOutput.AddTo(command);
        command.Options.Add(Recorded);
        command.Options.Add(JsonOutput.Option);
        command.SetAction(parsed => parsed.GetValue(Recorded) ? Race(parsed)
            : JsonOutput.IsAsked(parsed) ? JsonOutput.WriteData(Record(parsed))
            : Record(parsed).ExitCode);
        command.Subcommands.Add(TraceAttachCommand.Create());
        command.Subcommands.Add(TraceReportCommand.Create());
        command.Subcommands.Add(TraceTimelineCommand.Create());
        command.Subcommands.Add(TracePcapCommand.Create());
        command.Subcommands.Add(TracePerfettoCommand.Create());
        command.Subcommands.Add(TraceOverheadCommand.Create());
        return command;
    }

    /// <summary>The process that the user started.</summary>
    private static Answer Record(ParseResult parsed)
    {
        using var stop = new StopSignals();
        (string path, TraceRecordingOptions options) = TraceOutput.From(parsed);
        RacePlan plan = RacePlan.From(parsed);
        using var console = new RunConsole(toStandardError: JsonOutput.IsAsked(parsed));
        console.Heading(plan.Preset.Name, plan.Preset.Headline);
        try
        {
            return Record(parsed, plan, path, options, console, stop.Token);
        }
        catch (TraceException) when (stop.Token.IsCancellationRequested)
        {
            // The child ended while it started, or in the middle of an event.
            return Nothing(console);
        }
    }

    private static Answer Nothing(RunConsole console)
    {
        console.Line("Interrupted before a trial was finished: nothing was written.");
        return new Answer(CommandLine.Interrupted, () => JsonOutput.Node(new { file = (string?)null }));
    }

    private static Answer Record(
        ParseResult parsed, RacePlan plan, string path, TraceRecordingOptions options, RunConsole console, CancellationToken cancellation)
    {
        using RecordedRace race = RecordedRace.Start(ChildArguments(parsed, plan), cancellation);
        using TraceRecording recording = race.Record(path, options);
        int exitCode = race.WaitForExit(recording.Ended);
        if (exitCode is CommandLine.Failure or CommandLine.BadInput)
        {
            // It has said why.
            return new Answer(exitCode, () => JsonOutput.Node(new { file = (string?)null }));
        }

        if (exitCode is not (CommandLine.Success or CommandLine.Interrupted))
        {
            throw new TraceException(string.Create(
                CultureInfo.InvariantCulture,
                $"the race ended with code {exitCode}; nothing was written: was it killed, or is memory short?"));
        }

        if (TraceOutput.Keep(recording, path, console) is not { } kept)
        {
            return Nothing(console);
        }

        console.Line(string.Create(CultureInfo.InvariantCulture, $"Seed {plan.Seed}."));
        return new Answer(exitCode, () =>
        {
            kept["seed"] = plan.Seed;
            return kept;
        });
    }

    /// <summary>The child: the race itself, which begins when somebody listens.</summary>
    private static int Race(ParseResult parsed)
    {
        using var lifeline = new Lifeline(CommandLine.Interrupted);
        RacePlan plan = RacePlan.From(parsed);
        if (!SpinWait.SpinUntil(() => RaceEventSource.Log.IsListenedTo || lifeline.Token.IsCancellationRequested, Patience))
        {
            throw new TraceException($"nobody began to record within {Patience.TotalSeconds:0} s");
        }

        using var console = new RunConsole(toStandardError: JsonOutput.IsAsked(parsed));
        if (parsed.GetResult("--max-trials") is null or OptionResult { Implicit: true })
        {
            plan = plan with { Limits = plan.Limits with { MaxTrials = UsualTrials } };
        }

        plan.Measure(console, lifeline.Token);
        return lifeline.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static IEnumerable<string> ChildArguments(ParseResult parsed, RacePlan plan)
    {
        // As typed, places included: the child has to find the same files.
        IEnumerable<string> arguments = Environment.GetCommandLineArgs().Skip(1).Append(Recorded.Name);
        return parsed.GetValue(RaceCommandOptions.Seed) is null
            ? [.. arguments, RaceCommandOptions.Seed.Name, plan.Seed.ToString(CultureInfo.InvariantCulture)]
            : arguments;
    }
}
