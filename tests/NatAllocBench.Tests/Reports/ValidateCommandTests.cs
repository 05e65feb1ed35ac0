using System.Diagnostics;
using System.Text;
using NatAllocBench.Reports;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class ValidateCommandTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private readonly string _run;

    public ValidateCommandTests() => _run = new ResultsStore(_root).Publish(SampleRuns.Race());

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Published_runs_pass()
    {
        _ = new ResultsStore(_root).Publish(SampleRuns.Race());

        CommandResult result = ValidateCommand.Run([_root], Now);

        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("2 passed, 0 failed\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_preset_ends_in_a_number_passes_with_and_without_counter()
    {
        ResultsStore store = new(_root);
        RunRecord<RaceCell> run = SampleRuns.Race() with { Preset = "xing-2018" };
        _ = store.Publish(run);
        _ = store.Publish(run);

        Assert.EndsWith("3 passed, 0 failed\n", ValidateCommand.Run([_root], Now).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_that_were_edited_fail() =>
        AssertFault("tables.md", bytes => [.. bytes, (byte)'x'], "tables.md is not what the run generates");

    [Fact]
    public void A_reformatted_run_fails() =>
        AssertFault("run.json", bytes => [.. bytes, (byte)'\n'], "run.json is not in the form in which it is written");

    [Fact]
    public void A_faulty_run_fails() => AssertFault(
        "run.json",
        bytes => Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(bytes).Replace("\"confirmed\": 2931", "\"confirmed\": 2930", StringComparison.Ordinal)),
        "is not confirmed 2930");

    [Fact]
    public void A_run_in_the_wrong_place_fails()
    {
        Directory.Move(_run, _run + "-fast");

        Assert.Contains("belongs in linux-x64-", ValidateCommand.Run([_root], Now).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_a_run_may_be_is_refused_before_it_is_parsed()
    {
        using (FileStream file = File.OpenWrite(Path.Combine(_run, "run.json")))
        {
            file.SetLength(RunFormat.MaxBytes + 1);
        }

        CommandResult result = ValidateCommand.Run([_run], Now);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("more than", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_too_many_cells_is_refused()
    {
        RunRecord<RaceCell> run = SampleRuns.Race();
        RaceCell[] cells =
            [.. Enumerable.Range(1, RunFormat.MaxCells + 1).Select(clients => run.Cells[1] with { Clients = clients, PerTrial = null })];
        File.WriteAllBytes(Path.Combine(_run, "run.json"), RunFormat.Write(run with { Cells = cells }));

        Assert.Contains("10001 cells are more than the 10000", ValidateCommand.Run([_run], Now).Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void A_pipe_in_the_place_of_a_file_is_refused_without_waiting_for_its_other_end()
    {
        string pipe = Path.Combine(_root, "pipe");
        using (Process mkfifo = Process.Start("mkfifo", [pipe]))
        {
            mkfifo.WaitForExit();
        }

        File.Delete(Path.Combine(_run, "tables.md"));
        _ = File.CreateSymbolicLink(Path.Combine(_run, "tables.md"), pipe);

        Assert.Contains("no regular file", ValidateCommand.Run([pipe], Now).Output, StringComparison.Ordinal);
        Assert.Contains("tables.md", ValidateCommand.Run([_run], Now).Output, StringComparison.Ordinal);
        Assert.Equal(1, ValidateCommand.Run([_run], Now).ExitCode);
    }

    [Fact]
    public void A_fault_is_one_line_that_begins_with_the_path_and_has_no_escape_sequence()
    {
        string path = Path.Combine(_run, "run.json");
        File.WriteAllText(
            path, File.ReadAllText(path).Replace("\"command\": \"race\"", "\"command\": \"\\u001b[2J\\n\"", StringComparison.Ordinal));

        string[] lines = ValidateCommand.Run([_run], Now).Output.TrimEnd('\n').Split('\n');

        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{path}: unknown command", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', lines[0]);
    }

    [Fact]
    public void Links_in_a_contribution_are_not_followed()
    {
        string outside = Path.Combine(_root, "outside");
        Directory.Move(Path.GetDirectoryName(_run)!, outside);
        string contribution = Directory.CreateDirectory(Path.Combine(_root, "contribution")).FullName;
        _ = Directory.CreateSymbolicLink(Path.Combine(contribution, "linux-x64-cpu"), outside);

        Assert.Equal(2, ValidateCommand.Run([contribution], Now).ExitCode);
    }

    [Fact]
    public void A_path_without_runs_is_bad_input()
    {
        CommandResult result = ValidateCommand.Run([Path.Combine(_root, "none")], Now);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("none", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Regenerating_mends_what_is_stale_and_nothing_else()
    {
        File.WriteAllText(Path.Combine(_run, "tables.md"), "old");

        Assert.Equal(["tables.md"], PublishedRun.Regenerate(_run, RunFormat.ReadFile(_run)));
        Assert.Empty(PublishedRun.Regenerate(_run, RunFormat.ReadFile(_run)));
    }

    private void AssertFault(string file, Func<byte[], byte[]> damage, string fault)
    {
        string path = Path.Combine(_run, file);
        File.WriteAllBytes(path, damage(File.ReadAllBytes(path)));

        CommandResult result = ValidateCommand.Run([_run], Now);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(fault, result.Output, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed\n", result.Output, StringComparison.Ordinal);
    }
}
