using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>Standard output that is full or closed: one line, exit code 2, and what was measured is kept.</summary>
public sealed class BrokenOutputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [LinuxFact]
    public void Every_command_ends_with_one_line_where_its_output_is_full()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());
        string[] commands =
        [
            "eras", "plan", "diagnose --collect-script", "explore --list", "completion bash",
            $"show '{run}'", $"matrix '{run}'", $"compare '{run}' '{run}'", $"validate '{run}'", $"export '{run}' --format openmetrics",
        ];

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
        const string Round =
            "throughput --designs kernel-locks --threads 1 --connections 1k --rounds 1 --max-rounds 1 --seconds 1 --uncalibrated --no-save";

        ProgramRun shell = ShellRun.Of(
            _directory, $"natab {Round} --json closed.json >&-; echo $? >&2; natab {Round} --json full.json > /dev/full; echo $? >&2");

        string[] lines = shell.Error.TrimEnd().Split('\n');
        Assert.DoesNotContain(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
        Assert.Equal("2", lines[^1]);
        Assert.All(
            (string[])["closed.json", "full.json"],
            file => Assert.Single(((RunRecord<ThroughputCell>)RunFormat.ReadFile(Path.Combine(_directory, file))).Cells));
    }
}
