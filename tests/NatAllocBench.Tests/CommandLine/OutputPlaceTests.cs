using System.Diagnostics;
using NatAllocBench.Results.Files;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// Where output goes: nothing is destroyed, nothing measured is lost, and what cannot be written is said before the measurement.
/// </summary>
public sealed class OutputPlaceTests : IDisposable
{
    private static readonly string[] Short =
        ["--seconds", "1", "--max-trials", "1", "--connections", "200", "--modes", "default", "--eras", "4.14"];
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
    [InlineData("--json", "none/run.json")]
    [InlineData("--out", "none/none")]
    [InlineData("--json", "")]
    public void A_missing_parent_is_refused_and_not_made(string option, string path)
    {
        ProgramRun run = ProgramRun.Of(_directory, _ => { }, ["--no-save", .. Short, option, path]);
        ProgramRun traced = ProgramRun.Of(_directory, _ => { }, ["trace", "-o", "none/t.nettrace"]);

        Assert.Equal((2, 2), (run.ExitCode, traced.ExitCode));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [LinuxFact]
    public void A_run_survives_a_broken_standard_output_and_the_leftovers_of_a_killed_one_go()
    {
        using Process ended = Process.Start("true");
        ended.WaitForExit();
        string leftover = Path.Combine(_directory, $".staging-{ended.Id}-{Guid.NewGuid():N}");
        _ = Directory.CreateDirectory(leftover);
        string program = Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll");

        (int exitCode, string error) = Shell($"dotnet '{program}' {string.Join(' ', Short)} --out '{_directory}' > /dev/full");

        Assert.Equal(2, exitCode);
        Assert.Contains("standard output broke", error, StringComparison.Ordinal);
        Assert.Contains($"removed {leftover}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(leftover));
        Assert.Single(Directory.EnumerateFiles(_directory, "run.json", SearchOption.AllDirectories));
    }

    [LinuxFact]
    public void Publish_takes_a_run_brings_the_index_up_to_date_and_leaves_a_foreign_root_alone()
    {
        string results = Path.Combine(_directory, "results");
        string json = Path.Combine(_directory, "run.json");
        Assert.Equal(0, ProgramRun.Of(["--no-save", "--json", json, .. Short]).ExitCode);

        ProgramRun publish = ProgramRun.Of("publish", json, "--out", results);

        Assert.Equal(0, publish.ExitCode);
        Assert.True(File.Exists(Path.Combine(results, "README.md")));
        Assert.Equal(0, ProgramRun.Of("publish", "--check", results).ExitCode);
        Assert.Equal((2, 2), (ProgramRun.Of("publish", json, "--out", results).ExitCode, ProgramRun.Of("publish", "/").ExitCode));
    }

    [LinuxFact]
    public void A_deleted_working_directory_stops_neither_help_nor_a_race()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll");
        string gone = Path.Combine(_directory, "gone");

        (int help, _) = Shell($"mkdir '{gone}' && cd '{gone}' && rmdir '{gone}' && dotnet '{program}' --help > /dev/null");
        (int race, string error) = Shell(
            $"mkdir '{gone}' && cd '{gone}' && rmdir '{gone}' && dotnet '{program}' {string.Join(' ', Short)} --out here");

        Assert.Equal((0, 2), (help, race));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static (int ExitCode, string Error) Shell(string command)
    {
        using Process shell = Process.Start(
            new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string error = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        return (shell.ExitCode, error);
    }
}
