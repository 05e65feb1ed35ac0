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
    /// <summary>Far above what any of these takes, and far below what they took when a trial had no bound.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>All at once: most of the time they wait for their limit, and none of them measures anything that is looked at.</summary>
    [Fact]
    public async Task The_time_limit_ends_a_trial_whatever_is_asked()
    {
        string[] commandLines =
        [
            "race --clients 4194304 --connections 10 --seconds 0.1 --max-trials 1", "race --window 10ms --seconds 0.2",
            "race --window 1s --seconds 0.2", "race --ports 1-1 --seconds 0.01", "calibrate-compare --process-seconds 1000 --seconds 0.5",
        ];

        var all = await Task.WhenAll(commandLines.Select(commandLine => Task.Factory.StartNew(
            () =>
            {
                var clock = Stopwatch.StartNew();
                ProgramRun run = ProgramRun.Of([.. commandLine.Split(' '), "--no-save"]);
                return (CommandLine: commandLine, Run: run, Time: clock.Elapsed);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.All(all, one =>
        {
            Assert.True(one.Run.ExitCode is 0 or 1 or 2, $"{one.CommandLine}: {one.Run.Error}");
            Assert.DoesNotContain("   at ", one.Run.Error, StringComparison.Ordinal);
            Assert.True(one.Time < Patience, $"{one.CommandLine} took {one.Time.TotalSeconds:0} s");
        });
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

    [LinuxTheory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    public void A_closed_terminal_and_a_terminate_keep_the_finished_trials(string signal)
    {
        ProgramRun run = ProgramRun.Of(
            _directory,
            process =>
            {
                // The second line is the first progress line: a trial is finished.
                Assert.Contains("trials, now", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
                Signal(process, signal);
            },
            ["--out", _directory, "--seconds", "60", "--modes", "default", "--uncalibrated"]);

        Assert.Equal(130, run.ExitCode);
        RunRecord record = RunFormat.ReadFile(Path.Combine(Assert.Single(new ResultsStore(_directory).RunDirectories()), "run.json"));
        Assert.False(record.Completed);
    }

    [LinuxTheory]
    [InlineData("race", "--clients", "4194304", "--connections", "10")]
    [InlineData("race", "--window", "1s")]
    public void An_interrupt_ends_a_long_trial(params string[] args)
    {
        var clock = new Stopwatch();
        ProgramRun run = ProgramRun.Of(
            _directory,
            process =>
            {
                clock.Start();
                Signal(process, "INT");
            },
            [.. args, "--no-save", "--seconds", "60"]);

        Assert.Equal(130, run.ExitCode);
        Assert.True(clock.Elapsed < Patience, $"the run went on for {clock.Elapsed.TotalSeconds:0} s");
    }

    [LinuxFact]
    public void An_interrupt_of_an_exploration_keeps_what_was_explored()
    {
        string json = Path.Combine(_directory, "explored.json");
        ProgramRun run = ProgramRun.Of(
            _directory,
            process => Signal(process, "INT"),
            [
                "explore", "--eras", "6.12", "--designs", "kernel-locks,lock-free", "--scenario", "kill,same-flow,reverse",
                "--seconds", "100", "--no-save", "--json", json, "--checkpoint", Path.Combine(_directory, "state.json"),
            ]);

        Assert.Equal((130, ""), (run.ExitCode, run.Error));
        Assert.Contains("of 12 cells are complete", run.Output, StringComparison.Ordinal);
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

    private static void Signal(Process process, string signal) =>
        Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
}
