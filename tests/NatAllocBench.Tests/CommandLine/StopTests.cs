using System.Diagnostics;
using System.Globalization;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>Every limit and every signal ends a run, whatever was asked; what was measured is kept.</summary>
public sealed class StopTests : IDisposable
{
    /// <summary>How long a run may go on after a signal, or after its first line where its limit is a fraction of a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>
    /// All at once: most of the time they wait for their limit, and none of them measures anything that is looked at. One that the others
    /// held up for longer than it may take runs once more, after them.
    /// </summary>
    [Theory]
    [InlineData(
        "race --clients 4194304 --connections 10 --seconds 0.2 --max-trials 1", "race --window 1s --seconds 0.2",
        "--preset {preset} --seconds 0.2")]
    [InlineData(
        "race --window 10ms --seconds 0.2", "race --ports 1-1 --seconds 0.01",
        "calibrate-compare --process-seconds 1000 --seconds 0.5")]
    public async Task The_time_limit_ends_a_trial_whatever_is_asked(params string[] lines)
    {
        var all = await ProgramRun.AllAtOnce(
            lines.Select(Words).ToArray(),
            words => (Line: string.Join(' ', words), Ended: Limited(words)));

        Assert.All(all, one =>
        {
            (ProgramRun run, TimeSpan time) = one.Ended.Time < Patience ? one.Ended : Limited(one.Line.Split(' '));
            Assert.True(run.ExitCode is 0 or 1 or 2, $"{one.Line}: {run.Error}");
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
            Assert.True(time < Patience, $"{one.Line} took {time.TotalSeconds:0} s");
        });
    }

    /// <summary>The trial, or the run, would last minutes; nothing but a signal ends it before.</summary>
    [LinuxTheory]
    [InlineData("INT", "race --clients 4194304 --connections 10 --seconds 600")]
    [InlineData("TERM", "race --clients 4194304 --connections 10 --seconds 600")]
    [InlineData("HUP", "race --clients 4194304 --connections 10 --seconds 600")]
    [InlineData("INT", "race --window 1s --seconds 600")]
    [InlineData("TERM", "race --window 1s --seconds 600")]
    [InlineData("HUP", "race --window 1s --seconds 600")]
    [InlineData("INT", "--preset {preset} --seconds 600")]
    [InlineData("TERM", "--preset {preset} --seconds 600")]
    [InlineData("HUP", "--preset {preset} --seconds 600")]
    [InlineData("TERM", "throughput --seconds 600")]
    public void A_signal_ends_a_trial_whatever_is_asked(string signal, string line)
    {
        (ProgramRun run, TimeSpan time) = Ended([.. Words(line), "--no-save"], process => Signal(process, signal));

        Assert.True(run.ExitCode == 130, $"exit code {run.ExitCode}, {run.Error}");
        Assert.True(time < Patience, $"the run went on for {time.TotalSeconds:0} s");
    }

    [Theory]
    [InlineData("throughput --window 1s --seconds 1", "--window")]
    [InlineData("throughput --window 10ms --connections 1M --seconds 1", "--window")]
    public void Work_that_no_limit_could_bound_is_refused(string commandLine, string named)
    {
        ProgramRun run = ProgramRun.Of([.. commandLine.Split(' '), "--no-save"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_preset_of_millions_of_cells_is_refused()
    {
        string numbers = string.Join(',', Enumerable.Range(1, 90));
        string preset = Path.Combine(_directory, "cells.json");
        File.WriteAllText(
            preset,
            $$"""
            {"name":"a","summary":"s","source":"s","shows":[],"seconds":1,
             "series":[{"clients":[{{numbers}}],"threads":[{{numbers}}],"destinations":[{{numbers}}],"pool":[{{numbers}}]}]}
            """);

        ProgramRun run = ProgramRun.Of("--preset", preset, "--no-save");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("cells are more than", run.Error, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Every_signal_keeps_the_finished_trials_and_says_so()
    {
        var all = await ProgramRun.AllAtOnce(["INT", "HUP", "TERM"], signal =>
        {
            string kept = Path.Combine(_directory, signal);
            ProgramRun run = ProgramRun.Of(
                Directory.CreateDirectory(kept).FullName,
                process =>
                {
                    // The second line is the first progress line: a trial is finished.
                    Assert.Contains("trials done: ", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
                    Signal(process, signal);
                },
                ["--out", kept, "--seconds", "60", "--modes", "default", "--uncalibrated"]);
            return (Run: run, Kept: kept);
        });

        Assert.All(all, one =>
        {
            Assert.Equal(130, one.Run.ExitCode);
            Assert.Contains("Interrupted: kept the", one.Run.Output, StringComparison.Ordinal);
            string run = Assert.Single(new ResultsStore(one.Kept).RunDirectories());
            var record = (RunRecord<RaceCell>)RunFormat.ReadFile(Path.Combine(run, "run.json"));
            Assert.False(record.Completed);
            Assert.Contains(record.Cells, IsMeasured);
        });
    }

    /// <summary>Three races share the CPUs: the trial that ended may be one that does not count, and the run says so.</summary>
    private static bool IsMeasured(RaceCell cell) =>
        cell.Trials > 0 || cell.Dropped is not null || cell.Missing?.StartsWith("disturbed: ", StringComparison.Ordinal) == true;

    [LinuxFact]
    public void An_interrupt_of_an_exploration_keeps_what_was_explored()
    {
        string json = Path.Combine(_directory, "explored.json");
        ProgramRun run = ProgramRun.Of(
            _directory,
            process => Signal(process, "INT"),
            [
                "explore", "--eras", "6.12", "--designs", "kernel-locks,lock-free", "--scenario", "kill,expire",
                "--seconds", "100", "--no-save", "--json", json, "--checkpoint", Path.Combine(_directory, "state.json"),
            ]);

        Assert.Equal((130, ""), (run.ExitCode, run.Error));
        Assert.Contains("of 8 cells are complete", run.Output, StringComparison.Ordinal);
        RunRecord<ExploreCell> kept = Assert.IsType<RunRecord<ExploreCell>>(SoundRun.ReadFile(json));
        Assert.False(kept.Completed);
        Assert.Contains(kept.Cells, cell => cell.Design == "kernel-locks");
        Assert.Contains("kernel-locks", File.ReadAllText(Path.Combine(_directory, "state.json")), StringComparison.Ordinal);
    }

    [LinuxFact]
    public void An_interrupt_of_a_recording_that_is_starting_is_no_error()
    {
        // The first line comes before the race's process is started.
        ProgramRun run = ProgramRun.Of(
            _directory, process => Signal(process, "INT"), ["trace", "--seconds", "20", "--output", "race.nettrace"]);

        Assert.Equal((130, ""), (run.ExitCode, run.Error));
        Assert.Contains("nothing was written", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    private (ProgramRun Run, TimeSpan Time) Limited(string[] words) => Ended([.. words, "--no-save"], _ => { });

    private string[] Words(string line)
    {
        string preset = Path.Combine(_directory, "long.json");
        if (!File.Exists(preset))
        {
            File.WriteAllText(
                preset,
                """{"name":"long","summary":"s","source":"s","shows":[],"seconds":600,"series":[{"eras":["6.12"],"window":["1s"]}]}""");
        }

        return [.. line.Split(' ').Select(word => word == "{preset}" ? preset : word)];
    }

    /// <summary>Runs the program, and takes the time from its first line, at which something is done to it, to its end.</summary>
    private (ProgramRun Run, TimeSpan Time) Ended(string[] args, Action<Process> atFirstLine)
    {
        var clock = new Stopwatch();
        ProgramRun run = ProgramRun.Of(
            _directory,
            process =>
            {
                clock.Start();
                atFirstLine(process);
            },
            args);
        return (run, clock.Elapsed);
    }

    private static void Signal(Process process, string signal) =>
        Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
}
