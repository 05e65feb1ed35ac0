using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>An exploration is a run like any other.</summary>
[Collection(InProcess.Name)]
public sealed class ExploreRunTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Show_validate_export_and_publish_read_it()
    {
        string file = Path.Combine(_directory, "explored.json");
        string runs = Directory.CreateDirectory(Path.Combine(_directory, "runs")).FullName;
        ProgramRun explored = ProgramRun.Here(
            "explore", "--eras", "6.12", "--designs", "kernel-locks", "--scenario", "keep-port", "--memory", "sc", "--out", runs,
            "--json", file);
        Assert.Equal((0, ""), (explored.ExitCode, explored.Error));

        string kept = Assert.Single(new ResultsStore(runs).RunDirectories());
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(Path.Combine(kept, "run.json")));
        ExploreCell cell = Assert.Single(Assert.IsType<RunRecord<ExploreCell>>(SoundRun.ReadFile(file)).Cells);
        Assert.True(cell.Complete);
        Assert.Equal(["INTERESTING", "ACCEPTABLE"], cell.Outcomes.Select(outcome => outcome.Verdict));
        string replay = cell.Outcomes[0].Replay;
        Assert.Contains($"outcome: {cell.Outcomes[0].Outcome}\n", ProgramRun.Here(["explore", .. replay.Split(' ')]).Output);

        Assert.Equal(0, ProgramRun.Here("validate", kept).ExitCode);
        ProgramRun shown = ProgramRun.Here("show", kept);
        Assert.Contains("keep-port, 2 connections", shown.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 cells are complete", shown.Output, StringComparison.Ordinal);
        string screen = shown.Output[(shown.Output.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        Assert.EndsWith(screen, explored.Output.Replace($"JSON      {file}\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(0, ProgramRun.Here("publish", runs).ExitCode);
        Assert.Contains("kept, insert_failed", File.ReadAllText(Path.Combine(kept, "tables.md")), StringComparison.Ordinal);
        Assert.Equal(0, ProgramRun.Here("export", kept, "--format", "csv", "--out", _directory).ExitCode);
        Assert.Contains(replay, File.ReadAllText(Path.Combine(_directory, "outcomes.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_exploration_has_no_fault() => Assert.Empty(Faults(SampleRuns.Explored));

    [Fact]
    public void A_damaged_one_has()
    {
        ExploreCell sound = SampleRuns.Explored;
        (string Fault, ExploreCell Damaged)[] damages =
        [
            ("6 ended and 1 were given up", sound with { Executions = 8 }),
            ("blocked is 9", sound with { Blocked = 9 }),
            ("memory is arm64", sound with { Memory = "arm64" }),
            ("a complete cell has an outcome", sound with { Outcomes = [] }),
            ("no bound of preemptions", sound with { Preemptions = 1 }),
            ("verdict is FINE", sound with { Outcomes = [sound.Outcomes[0] with { Verdict = "FINE" }] }),
            ("2 outcomes are named", sound with { Outcomes = [sound.Outcomes[0], sound.Outcomes[0]] }),
            ("era must be named", sound with { Era = " " }),
        ];
        Assert.All(damages, damage => Assert.Contains(
            Faults(damage.Damaged), line => line.Contains(damage.Fault, StringComparison.Ordinal)));
    }

    private static IReadOnlyList<string> Faults(ExploreCell cell) => RunValidator.Check(SampleRuns.Exploration(cell), Now);
}
