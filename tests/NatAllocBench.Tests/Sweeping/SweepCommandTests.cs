using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Sweeping;

public sealed class SweepCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Sweep => Path.Combine(_root, "sweep-two");

    [Fact]
    public void A_sweep_is_measured_task_by_task_merged_goes_on_and_a_retried_task_replaces_its_file()
    {
        string plan = Plan();

        ProgramRun swept = ProgramRun.Of(
            _root, _ => { }, "sweep", plan, "--seconds", "20", "--max-trials", "1", "--cpus", "1", "--split", "eras");
        string[] files = Directory.GetFiles(Path.Combine(Sweep, "tasks"));
        ProgramRun merged = ProgramRun.Here("merge", Sweep, "--no-save", "--json", Path.Combine(_root, "two.json"));

        Assert.True(swept.ExitCode == 0, swept.Output + swept.Error);
        Assert.Equal(["0000-eras-4.14.json", "0001-eras-6.12.json"], files.Select(Path.GetFileName).Order());
        Assert.True(merged.ExitCode == 0, merged.Error);
        Assert.Equal(
            ["4.14", "6.12"], ((RunRecord<RaceCell>)RunFormat.ReadFile(Path.Combine(_root, "two.json"))).Cells.Select(cell => cell.Era));

        string first = Path.Combine(Sweep, "tasks", "0000-eras-4.14.json");
        byte[] before = File.ReadAllBytes(first);
        File.Delete(Path.Combine(Sweep, "tasks", "0001-eras-6.12.json"));
        ProgramRun incomplete = ProgramRun.Here("merge", Sweep, "--no-save");
        ProgramRun retried = ProgramRun.With("SLURM_ARRAY_TASK_ID", "0", "sweep", Sweep, "--task");
        byte[] after = File.ReadAllBytes(first);
        ProgramRun resumed = ProgramRun.Of("sweep", Sweep, "--json");

        Assert.Equal(1, incomplete.ExitCode);
        Assert.Contains("missing: task 1: eras 6.12", incomplete.Output, StringComparison.Ordinal);
        Assert.True(retried.ExitCode == 0, retried.Error);
        Assert.NotEqual(before, after);
        Assert.Equal(after, File.ReadAllBytes(first));
        Assert.DoesNotContain("task 0 of 2", resumed.Error, StringComparison.Ordinal);
        Assert.Contains("2 of 2 tasks are whole", resumed.Error, StringComparison.Ordinal);
        JsonNode answer = JsonNode.Parse(resumed.Output)!;
        Assert.Equal([true, true], answer["tasks"]!.AsArray().Select(task => (bool)task!["whole"]!));
        Assert.Equal("eras 4.14", (string?)answer["tasks"]![0]!["label"]);
    }

    [LinuxFact]
    public void An_interrupt_ends_the_task_in_progress_starts_no_further_one_and_leaves_nothing_unfinished()
    {
        ProgramRun run = ProgramRun.Of(
            _root,
            process =>
            {
                while (process.StandardOutput.ReadLine() is { } line && !line.Contains("trials done: ", StringComparison.Ordinal))
                {
                }

                Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            },
            "sweep", Plan(), "--seconds", "60", "--split", "eras");

        Assert.Equal(130, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains("0 of 2 tasks are whole", run.Output, StringComparison.Ordinal);
        Assert.Equal(["0000-eras-4.14.json"], Directory.GetFiles(Path.Combine(Sweep, "tasks")).Select(Path.GetFileName));
        ProgramRun merged = ProgramRun.Here("merge", Sweep, "--no-save");
        Assert.Contains("cut short: task 0", merged.Output, StringComparison.Ordinal);
    }

    private string Plan()
    {
        string plan = Path.Combine(_root, "two.json");
        File.WriteAllText(
            plan,
            """
            {"name":"two","summary":"two tasks","source":"a test","shows":[],"seconds":2,
             "series":[{"eras":["4.14","6.12"],"modes":["default"],"connections":40,"arrival":["bursts:10us"]}]}
            """);
        return plan;
    }
}
