using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>
/// What several processes measured as one run. How a process lies in memory and where the host places its CPUs differ from start to start
/// by more than rounds within one differ: so a cell's figure is the median of the processes' medians, and its interval is theirs.
/// </summary>
public static class PooledProcesses
{
    /// <summary>Pools runs of one plan.</summary>
    /// <param name="runs">At least one run, each of a process of its own; one that was cut short may lack cells.</param>
    /// <returns>The first run with the cells of all: completed where every run is.</returns>
    public static RunRecord<ThroughputCell> Pool(IReadOnlyList<RunRecord<ThroughputCell>> runs)
    {
        IEnumerable<IGrouping<Workload, (ThroughputCell Cell, int Process)>> cells = runs
            .SelectMany((run, process) => run.Cells.Select(cell => (Cell: cell, Process: process)))
            .GroupBy(c => Workload.Of(c.Cell));
        return Of(runs, [.. cells.Select(group => Cell([.. group]))]);
    }

    /// <inheritdoc cref="Pool(IReadOnlyList{RunRecord{ThroughputCell}})"/>
    public static RunRecord<RaceCell> Pool(IReadOnlyList<RunRecord<RaceCell>> runs) =>
        Of(runs, PooledRaceCells.Of([.. runs.Select(run => run.Cells)]));

    private static RunRecord<TCell> Of<TCell>(IReadOnlyList<RunRecord<TCell>> runs, IReadOnlyList<TCell> cells)
        where TCell : class => runs[0] with
        {
            Completed = runs.All(run => run.Completed),
            Seeds = [.. runs.SelectMany(run => run.Seeds).Distinct()],
            // A note that only counts otherwise is not said again.
            Notes = [.. runs.SelectMany(run => run.Notes).DistinctBy(note => string.Concat(note.Where(c => !char.IsAsciiDigit(c))))],
            Machine = runs[0].Machine with { Warnings = [.. WarningsOf([.. runs.Select(run => run.Machine.Warnings)])] },
            Cells = cells,
        };

    // What was not so in all processes says in which: no process sees what ran before or after it, so it speaks of its own time alone.
    private static IEnumerable<string> WarningsOf(IReadOnlyList<IReadOnlyList<string>> processes) => processes
        .SelectMany((warnings, process) => warnings.Select(warning => processes.All(other => other.Contains(warning))
            ? warning
            : FormattableString.Invariant($"process {process + 1} of {processes.Count}: {warning}")))
        .Distinct();

    private static ThroughputCell Cell((ThroughputCell Cell, int Process)[] all)
    {
        (ThroughputCell Cell, int Process)[] measured = [.. all.Where(c => c.Cell.PerRound is not null)];
        if (measured.Length == 0)
        {
            return all[0].Cell;
        }

        (ThroughputCell Cell, int Process)[] alike = OfOnePlacement(measured);
        ThroughputRounds[] rounds = [.. alike.Select(c => c.Cell.PerRound!)];
        return (alike[0].Cell with
        {
            DroppedRounds = all.Sum(c => c.Cell.DroppedRounds ?? 0),
            OtherPlacementRounds = all[0].Cell.Threads == 1
                ? null
                : all.Sum(c => c.Cell.OtherPlacementRounds ?? 0) + measured.Except(alike)
                    .Sum(c => c.Cell.PerRound!.ConnectionsPerSecond.Count),
            Fairness = alike.Min(c => c.Cell.Fairness),
            ClashesPer1000 = alike.Average(c => c.Cell.ClashesPer1000),
            ProbesPerConnection = alike.Average(c => c.Cell.ProbesPerConnection),
            BytesPerConnection = alike.Average(c => c.Cell.BytesPerConnection),
            AllocatedBytesPerConnection = alike.Average(c => c.Cell.AllocatedBytesPerConnection),
            ShortPathShare = alike.Average(c => c.Cell.ShortPathShare),
            CollectionsPerRound = alike.Average(c => c.Cell.CollectionsPerRound),
            PerRound = new ThroughputRounds
            {
                ConnectionsPerSecond = [.. rounds.SelectMany(r => r.ConnectionsPerSecond)],
                TearDownPerSecond = All(rounds, r => r.TearDownPerSecond),
                ExpiredPerSecond = All(rounds, r => r.ExpiredPerSecond),
                PingPongNs = All(rounds, r => r.PingPongNs),
                ReferenceNs = RaceTrials.Join(rounds, r => r.ReferenceNs),
                StolenShare = RaceTrials.Join(rounds, r => r.StolenShare),
                Process = [.. alike.SelectMany((c, index) => Enumerable.Repeat(index, c.Cell.PerRound!.ConnectionsPerSecond.Count))],
            },
        }).Summarised();
    }

    // Those placed like most; the rounds of the others are counted and do not mix with them.
    private static (ThroughputCell Cell, int Process)[] OfOnePlacement((ThroughputCell Cell, int Process)[] cells)
    {
        if (cells.Any(c => c.Cell.PingPongNs is not > 0))
        {
            return cells;
        }

        PlacementClass common = PlacementClass.MostCommon([.. cells.Select(c => c.Cell.PingPongNs!.Value)]);
        return [.. cells.Where(c => common.Contains(c.Cell.PingPongNs!.Value))];
    }

    private static IReadOnlyList<double>? All(ThroughputRounds[] rounds, Func<ThroughputRounds, IReadOnlyList<double>?> values) =>
        rounds.Any(r => values(r) is not null) ? [.. rounds.SelectMany(r => values(r) ?? [])] : null;
}
