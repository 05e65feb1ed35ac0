using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Model;
using NatAllocBench.Sweeping;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Sweeping;

/// <summary>A sweep of four tasks, and made-up runs of them.</summary>
internal static class SamplePlan
{
    public static SweepPlan Four { get; } = new()
    {
        Preset = new PresetFile
        {
            Name = "four",
            Summary = "four tasks",
            Source = "a test",
            Shows = [],
            Seconds = 8,
            Series = [new PresetSeries { Eras = ["4.14", "6.12"], Modes = ["default", "random-fully"], Window = ["0", "1us"] }],
        },
        Split = ["eras", "window"],
        Seed = 7,
        SecondsOfTask = 2,
        MaxTrials = 8,
    };

    /// <summary>A run of a task as its machine would have written it.</summary>
    public static RunRecord<RaceCell> RunOf(SweepFolder folder, int number, Func<MachineFacts, MachineFacts>? machine = null)
    {
        SweepTask task = folder.Plan.Tasks()[number];
        RunRecord<RaceCell> sample = SampleRuns.Race(
            [.. CellPlan.Of(task.Series).Select(cell => SampleRuns.Cell(cell.Workload.Mode.Name, [1000, 1000, 1000], [number, 2, 3]) with
            {
                Preset = folder.Plan.Preset.Name,
                Era = cell.Workload.Era.Name,
                WindowAddedNs = cell.Workload.WindowAddedNs,
            })]);
        return sample with
        {
            Preset = folder.Plan.Preset.Name,
            Seeds = [task.Seed],
            Machine = machine?.Invoke(sample.Machine) ?? sample.Machine,
            Options = new Dictionary<string, string>([.. sample.Options, .. folder.MarksOf(task)]),
        };
    }
}
