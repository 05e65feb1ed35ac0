using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Calibrating;

/// <summary>One process of a pair: measures the plan, beside it the same with <see cref="AddedWork"/>, all cells in turns.</summary>
internal static class PairProcess
{
    private const int FewConnections = 2000;

    /// <summary>Measures, and writes the plain side and then, where work is added, the harder one.</summary>
    /// <param name="plan">What.</param>
    /// <param name="added">The work of the harder side, or null for none.</param>
    /// <param name="output">Where both go; nothing is written where it was stopped.</param>
    /// <param name="stop">Ends it.</param>
    public static void Run(PairPlan plan, AddedWork? added, Stream output, CancellationToken stop)
    {
        CellPlan[] plain = [.. PairPlan.SpeedRaces, .. PairPlan.RateRaces];
        MeasuredCell[] races =
            [.. plain.Concat(added?.Harder() ?? []).Select(cell => new MeasuredCell(cell, plan.Cpus.Count, preset: null))];
        ThroughputPlan tables = plan.Throughput([.. PairPlan.Designs, .. added?.Slowed() ?? []]);
        MachineFacts machine = WarmUp(plan, races, tables, stop);
        foreach (IEnumerable<MeasuredCell> alike in races.GroupBy(race => race.Plan.Workload.Arrival.GetType()))
        {
            _ = new RaceSession([.. alike], plan.Cpus.Cpus, plan.RaceLimits, plan.Seed).Run(stop);
        }

        var session = new ThroughputSession(tables);
        _ = session.Run(stop);
        if (stop.IsCancellationRequested)
        {
            return;
        }

        RaceCell[] raced = [.. races.Select(race => race.ToCell())];
        ThroughputCell[] rounds = [.. session.Published()];
        string[] designs = [.. PairPlan.Designs.Select(design => design.Name)];
        ThroughputCell[] slowed = [.. rounds.Where(cell => !designs.Contains(cell.Design))];
        Side(raced[..plain.Length], [.. rounds.Except(slowed)]).Write(output);
        if (added is not null)
        {
            // For compare they are partners of the plain ones.
            Side(
                [
                    .. raced[plain.Length..].Zip(
                        raced, (cell, to) => cell with { WindowAddedNs = to.WindowAddedNs, PathTimeNs = to.PathTimeNs }),
                ],
                [.. slowed.Select((cell, i) => cell with { Design = designs[i % designs.Length] })]).Write(output);
        }

        PairSide Side(RaceCell[] races, ThroughputCell[] tables) => new(
            Of("race", machine, races[..PairPlan.SpeedRaces.Count]),
            Of("race", machine, races[PairPlan.SpeedRaces.Count..]),
            Of("throughput", machine, tables));
    }

    // Most of a process is the compilation of its code. Its three parts are compiled at the same time, each on one CPU, before anything is
    // measured.
    private static MachineFacts WarmUp(PairPlan plan, MeasuredCell[] races, ThroughputPlan tables, CancellationToken stop)
    {
        MachineFacts? machine = null;
        Parallel.Invoke(
            () =>
            {
                foreach (MeasuredCell race in races.DistinctBy(race => race.Code))
                {
                    race.WarmUp([plan.Cpus.Cpus[0]], plan.Seed, stop);
                }
            },
            () => _ = new ThroughputSession(tables with
            {
                Cpus = CpuSet.Of([plan.Cpus.Cpus[^1]]),
                Workloads = [plan.Workloads[0] with { Connections = FewConnections }],
                RoundsOfBlock = 1,
                MaxRounds = 1,
                Seconds = double.Epsilon,
            }).Run(stop),
            () =>
            {
                machine = RecordedMachine.Detect(plan.Cpus);
                _ = RunFormat.Write(Of<RaceCell>("race", machine, []));
            });
        return machine!;
    }

    private static RunRecord<TCell> Of<TCell>(string command, MachineFacts machine, TCell[] cells)
        where TCell : class => new()
        {
            Command = command,
            StartedUtc = DateTimeOffset.UtcNow,
            Completed = true,
            Machine = machine,
            Cells = cells,
        };
}
