using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

/// <summary>Recording as a user does it: by processes. What was recorded is read in this one.</summary>
[Collection(Alone.Name)]
public sealed class TraceRecordingCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("nat-alloc-bench-");

    private string TracePath => Path.Combine(_directory.FullName, "race.nettrace");

    public void Dispose() => _directory.Delete(recursive: true);

    [LinuxFact]
    public void A_recorded_race_has_the_trials_that_were_asked_for_and_no_warm_up()
    {
        ProgramRun run = ProgramRun.Of(
            _directory.FullName, _ => { },
            ["trace", "--eras", "4.14", "--modes", "default", "--arrival", "tick:320us", "--connections", "400", "--max-trials", "2",
                "--seed", "7", "--sample", "1/8", "--output", "race.nettrace", "--json"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("Events lost: 0 by the session, 0 of the trials' own.", run.Error, StringComparison.Ordinal);
        RaceTrace trace = TraceFile.Read(TracePath);
        JsonNode kept = JsonNode.Parse(run.Output)!;
        Assert.Equal(("race.nettrace", trace.Complete.Count(), 7), ((string?)kept["file"], (int)kept["trials"]!, (int)kept["seed"]!));
        Assert.All(
            trace.Trials,
            trial => Assert.Equal(("4.14", "default", 8, 400L), (trial.Era, trial.Mode, trial.SampleEvery, trial.Attempts)));

        // The preset has two series; trials whose workers did not run together do not count and are repeated.
        Assert.True(trace.Complete.Count() >= 4, $"{trace.Complete.Count()} trials");
        Assert.All(
            trace.Collisions.Where(collision => collision.Cause == FailureCause.Search), collision => Assert.NotNull(collision.Winner));
        Assert.True(PhaseProfile.Read(TracePath).Count > 0);
        Assert.Equal(["race.nettrace"], _directory.GetFiles().Select(file => file.Name));
        ReadAsJson(trace);
    }

    [LinuxFact]
    public void Ctrl_C_keeps_the_finished_trials_and_leaves_nothing_behind()
    {
        ProgramRun run = Interrupted("--preset", "xing-2018");

        Assert.Equal(130, run.ExitCode);
        RaceTrace trace = TraceFile.Read(TracePath);
        Assert.True(trace.Complete.Any());
        Assert.Contains($"{trace.Complete.Count()} trials, {trace.Collisions.Count()} collisions", run.Output, StringComparison.Ordinal);
        Assert.Equal(["race.nettrace"], _directory.GetFiles().Select(file => file.Name));
    }

    [LinuxFact]
    public void An_attached_recording_holds_trials_of_the_other_process()
    {
        ProgramRun? attached = null;
        ProgramRun race = ProgramRun.Of(
            _directory.FullName,
            process =>
            {
                // From then on trials follow each other; before it the machine is looked at.
                Assert.Contains("trials done: ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
                attached = ProgramRun.Of(
                    _directory.FullName,
                    _ => { },
                    ["trace", "attach", Text(process.Id), "--seconds", "1", "--output", "race.nettrace", "--no-profile", "--json"]);
                Signal(process.Id);
            },
            ["race", "--no-publish", "--seconds", "60"]);

        Assert.True(attached!.ExitCode == 0, attached.Error);
        Assert.Equal(130, race.ExitCode);
        Assert.True(TraceFile.Read(TracePath).Complete.Any());
        Assert.Equal(TraceFile.Read(TracePath).Complete.Count(), (int)JsonNode.Parse(attached.Output)!["trials"]!);
    }

    /// <summary>A recording is written while the race runs: whatever ends the process for good ends it in the middle.</summary>
    [LinuxFact]
    public void What_a_killed_recording_leaves_is_removed_by_the_next_command_and_named()
    {
        ProgramRun killed = ProgramRun.Of(
            _directory.FullName,
            process =>
            {
                Assert.Contains("trials done: ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
                process.Kill();
            },
            ["trace", "--eras", "4.14", "--modes", "default", "--no-profile", "--seconds", "60", "--output", "race.nettrace"]);
        string left = Assert.Single(_directory.GetFiles()).Name;

        ProgramRun next = ProgramRun.HereIn(_directory.FullName, "trace", "pcap", "none.nettrace", "-o", "t.pcapng");

        Assert.Equal((137, 2), (killed.ExitCode, next.ExitCode));
        Assert.Matches("^race\\.nettrace\\.[0-9]+-[0-9a-f]{32}\\.tmp$", left);
        Assert.Contains($"{left}, which a killed run left behind", next.Error, StringComparison.Ordinal);
        Assert.Empty(_directory.GetFiles());
    }

    [LinuxFact]
    public void Attaching_to_a_process_that_does_not_race_gets_one_line_and_leaves_no_file()
    {
        ProgramRun run = ProgramRun.Of(
            _directory.FullName, _ => { }, ["trace", "attach", Text(Environment.ProcessId), "--seconds", "0.2", "-o", "race.nettrace"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"process {Text(Environment.ProcessId)} finished no trial", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(_directory.GetFiles());
    }

    /// <summary>What the commands that read a recording say as data.</summary>
    private void ReadAsJson(RaceTrace trace)
    {
        JsonNode report = Json("report", TracePath, "--collisions", "2");
        Assert.Equal(trace.Complete.Sum(trial => trial.InsertFailed), (long)report["insertFailed"]!);
        Assert.Equal(trace.Complete.Count(), report["cells"]!.AsArray().Sum(cell => (int)cell!["trials"]!));
        Assert.Equal(Math.Min(2, trace.Collisions.Count()), report["collisions"]!.AsArray().Count);
        Assert.Equal(trace.Complete.Count(), (int)Json("perfetto", TracePath, "--output", "race.events.json")["trials"]!);
        if (trace.Collisions.FirstOrDefault() is { } collision)
        {
            JsonNode timeline = Json("timeline", TracePath);
            Assert.Equal(collision.Loser.NatPort, (ushort)timeline["natPort"]!);
            Assert.Equal(new Timeline(collision).LengthNs, timeline["lanes"]!.AsArray().Max(lane => (double)lane!["endNs"]!), 1);
            Assert.Equal([1], Json("pcap", TracePath, "--output", "race.pcapng")["collisions"]!.AsArray().Select(number => (int)number!));
        }
    }

    private JsonNode Json(params string[] args)
    {
        ProgramRun run = ProgramRun.HereIn(_directory.FullName, ["trace", .. args, "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonNode.Parse(run.Output)!;
    }

    /// <summary>
    /// Records until a trial is finished, interrupts the parent alone, and checks that the child is gone with its socket.
    /// </summary>
    private ProgramRun Interrupted(params string[] options)
    {
        int child = 0;
        ProgramRun run = ProgramRun.Of(
            _directory.FullName,
            process =>
            {
                Assert.Contains("trials done: ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
                child = ChildOf(process.Id);
                Signal(process.Id);
            },
            ["trace", .. options, "--no-profile", "--output", "race.nettrace"]);

        Assert.False(Directory.Exists($"/proc/{Text(child)}"));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Text(child)}-*"));
        return run;
    }

    /// <summary>The only child, whichever thread started it.</summary>
    private static int ChildOf(int parent) => int.Parse(
        Directory.GetDirectories($"/proc/{Text(parent)}/task")
            .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Single(),
        CultureInfo.InvariantCulture);

    private static void Signal(int process) => Process.Start("kill", ["-INT", Text(process)]).WaitForExit();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
