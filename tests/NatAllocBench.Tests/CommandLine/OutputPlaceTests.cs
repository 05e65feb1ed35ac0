using System.Diagnostics;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// Where output goes: nothing is destroyed, nothing measured is lost, and what cannot be written is said before the measurement.
/// </summary>
public sealed class OutputPlaceTests : IDisposable
{
    private static readonly string[] Short =
        "--seconds 20 --max-trials 1 --connections 200 --modes default --eras 4.14 --cpus 1 --uncalibrated".Split(' ');

    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [LinuxFact]
    public void A_device_and_a_pipe_are_written_into_and_stay_what_they_are()
    {
        string pipe = Path.Combine(_directory, "pipe");
        Process.Start("mkfifo", [pipe]).WaitForExit();
        Task<string> reader = Task.Run(() => File.ReadAllText(pipe));

        AtomicFile.Write(pipe, "content"u8);
        AtomicFile.Write("/dev/null", "content"u8);

        Assert.Equal("content", reader.Result);
        Assert.True(FileKind.IsSpecial(pipe) && FileKind.IsSpecial("/dev/null"));
        Assert.Equal([pipe], Directory.EnumerateFileSystemEntries(_directory));
        Assert.Throws<ResultsWriteException>(() => AtomicFile.Write("/dev/full", "content"u8));
        Assert.Throws<ResultsWriteException>(() => AtomicFile.Write("", "content"u8));
    }

    [LinuxFact]
    public void A_link_is_followed()
    {
        string target = Path.Combine(_directory, "target");
        string link = Path.Combine(_directory, "link");
        File.WriteAllText(target, "before");
        File.CreateSymbolicLink(link, target);

        AtomicFile.Write(link, "after"u8);

        Assert.Equal("after", File.ReadAllText(target));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Theory]
    [InlineData("there is no directory", "--no-save", "--json", "none/run.json")]
    [InlineData("there is no directory", "--out", "none/none")]
    [InlineData("the name is empty", "--no-save", "--json", "")]
    public void A_missing_parent_is_refused_and_not_made(string fault, params string[] args)
    {
        ProgramRun run = ProgramRun.HereIn(_directory, [.. args, .. Short]);
        ProgramRun traced = ProgramRun.HereIn(_directory, ["trace", "-o", "none/t.nettrace"]);

        Assert.Equal((2, 2), (run.ExitCode, traced.ExitCode));
        Assert.Contains(fault, run.Error, StringComparison.Ordinal);
        Assert.Contains("there is no directory", traced.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [LinuxFact]
    public void A_run_survives_a_broken_standard_output_and_the_leftovers_of_a_killed_one_go()
    {
        using Process ended = Process.Start("true");
        ended.WaitForExit();
        string leftover = Path.Combine(_directory, $".staging-{ended.Id}-{Guid.NewGuid():N}");
        _ = Directory.CreateDirectory(leftover);
        ProgramRun run = ShellRun.Of(_directory, $"natab {string.Join(' ', Short)} --out '{_directory}' > /dev/full");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"; what was measured is in {_directory}", run.Error, StringComparison.Ordinal);
        Assert.Contains($"removed {leftover}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(leftover));
        Assert.Single(Directory.EnumerateFiles(_directory, "run.json", SearchOption.AllDirectories));
    }

    [LinuxFact]
    public void Publish_takes_a_run_and_brings_the_index_up_to_date()
    {
        string results = Path.Combine(_directory, "results");
        string json = Path.Combine(_directory, "run.json");
        Assert.Equal(0, ProgramRun.Of(["--no-save", "--json", json, .. Short]).ExitCode);

        ProgramRun publish = ProgramRun.Here("publish", json, "--out", results);

        Assert.Equal(0, publish.ExitCode);
        Assert.True(File.Exists(Path.Combine(results, "README.md")));
        Assert.Equal(0, ProgramRun.Here("publish", "--check", results).ExitCode);
        Assert.Equal(2, ProgramRun.Here("publish", json, "--out", results).ExitCode);
    }

    [LinuxFact]
    public void A_deleted_working_directory_stops_nothing_that_is_named_by_its_whole_path()
    {
        string results = Path.Combine(_directory, "results");
        string run = new ResultsStore(results).Publish(SampleRuns.Race());

        ProgramRun shell = ShellRun.Of(
            _directory,
            $"""
            mkdir gone && cd gone && rmdir ../gone
            natab --help > /dev/null; echo help $?
            natab race {string.Join(' ', Short)} --out here; echo race $?
            natab validate '{run}' > /dev/null; echo validate $?
            natab publish '{results}' > /dev/null; echo publish $?
            natab publish --check '{results}' > /dev/null; echo check $?
            natab validate here; echo validate $?
            natab publish here; echo publish $?
            natab show '{run}' > '{_directory}/shown'; echo show $?
            natab sweep grid --engine slurm --out '{_directory}/sweep' > '{_directory}/swept'; echo sweep $?
            """);

        Assert.Equal(
            ["help 0", "race 2", "validate 0", "publish 0", "check 0", "validate 2", "publish 2", "show 0", "sweep 0"],
            shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(3, shell.Error.TrimEnd().Split('\n').Length);
        Assert.DoesNotContain("   at ", shell.Error, StringComparison.Ordinal);

        // Both end with a command to go on with, which is named without the current directory.
        Assert.Contains("Next ", File.ReadAllText(Path.Combine(_directory, "shown")), StringComparison.Ordinal);
        Assert.Contains("sbatch", File.ReadAllText(Path.Combine(_directory, "swept")), StringComparison.Ordinal);
    }

    [LinuxFact]
    public void The_root_of_the_file_system_holds_no_published_runs()
    {
        ProgramRun shell = ShellRun.Of(_directory, "natab publish /; echo $?; natab publish --check /; echo $?");

        Assert.Equal(["2", "2"], shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        string[] lines = shell.Error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Equal("/ is the root of a file system and holds no published runs: name their directory", line));
    }

    [LinuxFact]
    public void Half_written_tables_and_recordings_of_a_killed_process_are_removed_and_named()
    {
        using Process ended = Process.Start("true");
        ended.WaitForExit();
        string results = Path.Combine(_directory, "results");
        string run = new ResultsStore(results).Publish(SampleRuns.Race());
        string mark = $"{ended.Id}-{Guid.NewGuid():N}.tmp";
        string table = Path.Combine(run, $"tables.md.{mark}");
        string recording = Path.Combine(_directory, $"t.nettrace.{mark}");
        string alive = Path.Combine(_directory, $"t.nettrace.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp");
        Assert.All([table, recording, alive], path => File.WriteAllText(path, "half"));

        ProgramRun shell = ShellRun.Of(
            _directory, $"natab publish '{results}' > /dev/null; echo $?; natab trace pcap none.nettrace -o t.pcapng; echo $?");

        Assert.Equal(["0", "2"], shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"removed {table}, which a killed run left behind", shell.Error, StringComparison.Ordinal);
        Assert.Contains($"removed {recording}, which a killed run left behind", shell.Error, StringComparison.Ordinal);
        Assert.Equal((false, false, true), (File.Exists(table), File.Exists(recording), File.Exists(alive)));
    }
}
