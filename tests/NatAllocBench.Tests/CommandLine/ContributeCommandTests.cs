using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

[Collection(Alone.Name)]
public sealed class ContributeCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void One_command_measures_validates_and_writes_one_file()
    {
        ProgramRun run = ProgramRun.Of("contribute", "--seconds", "3", "--runs", "1", "--machine", "lab", "--out", _root, "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        JsonNode answer = JsonNode.Parse(run.Output)!;
        string file = Assert.Single(Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories));
        Assert.Equal((file, "lab"), ((string?)answer["file"], (string?)answer["machine"]));
        Assert.Empty(answer["faults"]!.AsArray());
        Contribution contribution = Contribution.ReadFile(file).Contribution;
        Assert.Equal("quick", contribution.Runs[0].Name);
        Assert.All(contribution.Runs, r => Assert.NotEmpty(r.Machine.CalibrationNs));
        Assert.All(((RunRecord<RaceCell>)contribution.Runs[0]).Cells, cell => Assert.True(cell.Trials > 0 || cell.Missing is not null));

        // The tables, then what they say, then the file.
        Assert.Matches($@"era .*mode[\s\S]*\n(Answer|Not seen) [\s\S]*\nKernel [\s\S]*\n{Regex.Escape(file)}\s*$", run.Error);
        foreach (JsonNode? text in answer["notQuiet"]!.AsArray())
        {
            Assert.Contains($"not quiet: {text}", run.Error, StringComparison.Ordinal);
        }
    }

    [LinuxFact]
    public void An_interrupt_keeps_what_was_measured_and_leaves_no_half_file()
    {
        ProgramRun run = ProgramRun.Of(
            _root,
            process =>
            {
                // Until it says which process races, nothing can have been measured.
                while (process.StandardOutput.ReadLine() is { } line && !line.Contains("quick, process 1", StringComparison.Ordinal))
                {
                }

                Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            },
            ["contribute", "--seconds", "120", "--runs", "1", "--out", _root]);

        Assert.Equal(130, run.ExitCode);
        Assert.All(
            Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories),
            file => Assert.False(Assert.Single(Contribution.ReadFile(file).Contribution.Runs).Completed));
        string last = Directory.EnumerateFileSystemEntries(_root).Any() ? "contribution.json" : "nothing was written";
        Assert.Contains(last, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seconds: use at least 1", "--seconds", "0")]
    [InlineData("--runs: use 1 to 100", "--runs", "0")]
    [InlineData("--machine: 'a/b' is no name", "--machine", "a/b")]
    [InlineData("--out:", "--out", "none/none")]
    public void What_cannot_be_is_refused(string message, params string[] arguments)
    {
        ProgramRun run = ProgramRun.Here(["contribute", .. arguments]);

        Assert.Equal((2, true), (run.ExitCode, run.Error.Contains(message, StringComparison.Ordinal)));
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
