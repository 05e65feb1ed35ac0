using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Racing;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace</c>: a race that is recorded, and the commands that read the recording.</summary>
internal static class TraceCommand
{
    /// <summary>Trials of a cell where the command line does not say: a trace is to be looked at, not averaged.</summary>
    private const int UsualTrials = 5;

    private static readonly Option<string?> Out = new("--out", "-o") { Description = "The .nettrace file to write.", HelpName = "FILE" };

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

    public static Command Create()
    {
        var command = new Command("trace", "Record a race over EventPipe, or look at a recording.");
        RaceCommandOptions.AddTo(command);
        command.Options.Add(Out);
        command.Options.Add(Sample);
        command.Options.Add(NoProfile);
        command.SetAction(Record);
        command.Subcommands.Add(TraceReportCommand.Create());
        command.Subcommands.Add(TraceTimelineCommand.Create());
        command.Subcommands.Add(TracePcapCommand.Create());
        command.Subcommands.Add(TraceOverheadCommand.Create());
        return command;
    }

    private static int Record(ParseResult parsed)
    {
        string path = parsed.GetValue(Out) ?? throw new UsageException("trace: --out is missing; name the .nettrace file to write");
        int sample = ParseSample(parsed.GetValue(Sample)!);
        using var stop = new StopSignal();
        PresetFile preset = RaceCommandOptions.Override(PresetFile.Load(parsed.GetValue(RaceCommandOptions.Preset)!), parsed);
        CpuSet cpus = RaceCommandOptions.ResolveCpus(parsed);
        RaceLimits limits = RaceCommandOptions.ResolveLimits(parsed, preset);
        if (parsed.GetResult("--max-trials") is null or OptionResult { Implicit: true })
        {
            limits = limits with { MaxTrials = UsualTrials };
        }

        ulong seed = parsed.GetValue(RaceCommandOptions.Seed) ?? (ulong)Random.Shared.NextInt64();
        List<MeasuredCell> cells =
            [.. preset.Series.SelectMany(CellPlan.Of).Select(plan => new MeasuredCell(plan, cpus.Count, preset.Name))];

        using var console = new RunConsole(toStandardError: false);
        console.Heading(preset.Name, preset.Summary);
        using TraceRecording recording = TraceRecording.Start(path, new TraceRecordingOptions(sample, !parsed.GetValue(NoProfile)));
        new RaceSession(cells, cpus.Cpus, limits, seed).Run(stop.Token);
        long bytes = recording.Finish();
        Summarise(TraceFile.Read(path), path, bytes, seed, console);
        return stop.Token.IsCancellationRequested ? CommandLine.Interrupted : CommandLine.Success;
    }

    private static void Summarise(RaceTrace trace, string path, long bytes, ulong seed, RunConsole console)
    {
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{trace.Trials.Count(trial => trial.IsComplete)} trials, {trace.Collisions.Count()} collisions, {bytes / 1e6:0.0} MB written to {path}, seed {seed}"));
        console.Line($"Events lost: {trace.LostEvents} by the session, {trace.MissingEvents} of the trials' own.");
        console.Line($"Read it with: trace report {path}");
    }

    private static int ParseSample(string text)
    {
        string[] parts = text.Split('/');
        return parts is ["1", var every] && int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n >= 1
            ? n
            : throw new UsageException($"--sample {text}: write 1/N with N at least 1, for example 1/64");
    }
}
