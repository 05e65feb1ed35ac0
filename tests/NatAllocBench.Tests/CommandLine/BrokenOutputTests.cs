using System.Text;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>Standard output that is full or closed: one line, exit code 2, and what was measured is kept.</summary>
[Collection(InProcess.Name)]
public sealed class BrokenOutputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>
    /// In this process, on a device that is full from the first byte on. The commands that measure are tried by
    /// tests/hostile-command-lines, which starts every command of the program so.
    /// </summary>
    [Theory]
    [MemberData(nameof(SampleCommands.Lines), MemberType = typeof(SampleCommands))]
    public void A_command_ends_with_one_line_where_its_output_is_full(string commandLine)
    {
        using var samples = new SampleCommands();

        ProgramRun run = ProgramRun.HereInto(new FullDevice(), samples.Words(commandLine));

        Assert.Equal(2, run.ExitCode);
        string last = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Equal("standard output broke: No space left on device", last);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scenario ports")]
    [InlineData("explore --eras 6.12 --designs kernel-locks --scenario keep-port --memory sc")]
    public void What_was_measured_is_kept_and_named_where_the_output_is_full(string commandLine)
    {
        ProgramRun run = ProgramRun.HereInto(new FullDevice(), [.. commandLine.Split(' '), "--out", _directory]);

        string kept = Assert.Single(new ResultsStore(_directory).RunDirectories());
        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"standard output broke: No space left on device; what was measured is in {kept}", run.Error.TrimEnd());
        Assert.True(RunFormat.ReadFile(kept).CellCount > 0);
    }

    [LinuxFact]
    public void A_full_device_is_named_in_one_line()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());
        string[] commands = ["eras", "race --help", $"show '{run}'"];

        ProgramRun shell = ShellRun.Of(
            _directory, string.Join('\n', commands.Select(command => $"natab {command} > /dev/full; echo $?")));

        Assert.All(shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), code => Assert.Equal("2", code));
        string[] lines = shell.Error.TrimEnd().Split('\n');
        Assert.True(lines.Length == commands.Length, shell.Error);
        Assert.All(lines, line => Assert.StartsWith("standard output broke: ", line, StringComparison.Ordinal));
    }

    [LinuxFact]
    public void A_closed_output_loses_no_measurement()
    {
        const string Round = "throughput --designs kernel-locks --threads 1 --connections 1k --rounds 1 --max-rounds 1 --seconds 20 "
            + "--uncalibrated --no-save";

        // Nobody reads the pipe: its reader has ended before the program is started.
        ProgramRun shell = ShellRun.Of(
            _directory,
            $"""
            natab {Round} --json closed.json >&-; echo $? >&2
            natab {Round} --json full.json > /dev/full; echo $? >&2
            (sleep 0.2; natab {Round} --json pipe.json; echo $? >&2) | true
            """);

        string[] lines = shell.Error.TrimEnd().Split('\n');
        Assert.DoesNotContain(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
        Assert.Equal("2", lines[^2]);
        Assert.Equal("0", lines[^1]);
        Assert.All(
            (string[])["closed.json", "full.json", "pipe.json"],
            file => Assert.Single(((RunRecord<ThroughputCell>)RunFormat.ReadFile(Path.Combine(_directory, file))).Cells));
    }

    /// <summary>What a disk without space does to whoever writes.</summary>
    private sealed class FullDevice : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
