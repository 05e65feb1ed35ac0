using System.Diagnostics;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// Measures the cells of a plan: block after block, each with a few rounds of every design of one workload. Workloads take turns while
/// their tables are small; a workload of large tables gets a block in every pass too.
/// </summary>
internal sealed class ThroughputSession(ThroughputPlan plan)
{
    private readonly List<MeasuredDesign[]> _cells =
        [.. plan.Workloads.Select(workload => plan.Designs.Select(design => new MeasuredDesign(workload, design)).ToArray())];

    /// <summary>All cells, workload by workload.</summary>
    public IEnumerable<MeasuredDesign> Cells => _cells.SelectMany(cells => cells);

    /// <summary>
    /// The cells as they are published. All cells with as many threads keep the blocks of one placement, the one that most blocks had: they
    /// took turns, and only such cells can be compared.
    /// </summary>
    public IEnumerable<ThroughputCell> Published()
    {
        foreach (MeasuredDesign[] cells in _cells)
        {
            PlacementClass? placement = PlacementOf(cells[0].Workload.Threads);
            foreach (MeasuredDesign cell in cells)
            {
                yield return cell.ToCell(placement);
            }
        }
    }

    /// <summary>Why workers could not be pinned.</summary>
    public HashSet<string> PinFailures { get; } = [];

    /// <summary>Told before every block: finished rounds, and the workload that comes next.</summary>
    public Action<int, ThroughputWorkload>? Progress { get; init; }

    /// <summary>Runs until every cell has enough rounds, the time is up, or the run is cancelled.</summary>
    /// <returns>Whether every cell was measured.</returns>
    public bool Run(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        for (int pass = 0; ; pass++)
        {
            bool open = false;
            foreach (MeasuredDesign[] cells in _cells.Where(cells => cells[0].Workload.WhyMissing is null))
            {
                PlacementClass? placement = PlacementOf(cells[0].Workload.Threads);
                if (cells.All(cell => cell.WhyMissing is not null || cell.Kept(placement) >= plan.MaxRounds))
                {
                    continue;
                }

                bool late = clock.Elapsed.TotalSeconds > plan.Seconds;
                if (cancellation.IsCancellationRequested || (late && pass > 0))
                {
                    return !cancellation.IsCancellationRequested;
                }

                open = true;
                Progress?.Invoke(Cells.Sum(cell => cell.Finished), cells[0].Workload);
                RunBlock(cells, cancellation);
            }

            if (!open)
            {
                return true;
            }
        }
    }

    /// <summary>The placement that most blocks with so many threads had so far; null if there is none, as with one thread.</summary>
    private PlacementClass? PlacementOf(int threads)
    {
        double[] roundTrips = [.. Cells.Where(cell => cell.Workload.Threads == threads).SelectMany(cell => cell.RoundTripsNs)];
        return roundTrips.Length == 0 ? null : PlacementClass.MostCommon(roundTrips);
    }

    private void RunBlock(MeasuredDesign[] cells, CancellationToken cancellation)
    {
        ThroughputWorkload workload = cells[0].Workload;
        int rounds = workload.Connections > ThroughputCourse.KeptTables ? 1 : plan.RoundsOfBlock;
        MeasuredDesign[] present = [.. cells.Where(cell => cell.WhyMissing is null)];
        using var course = new ThroughputCourse(
            workload, [.. present.Select(cell => cell.Design)],
            workload.Threads == 2 ? FixedPair.Of(plan.Cpus) : [.. plan.Cpus.Cpus.Take(workload.Threads)], plan.Seed);
        List<(int Design, ThroughputRound Round)> finished = [];
        CpuTimes? before = MachineProbe.ReadCpuTimes();
        course.RunBlock(rounds, (design, round) => finished.Add((design, round)), cancellation);
        double? stolen = before is { } from && MachineProbe.ReadCpuTimes()?.StealShareSince(from) is { } share && double.IsFinite(share)
            ? share
            : null;
        foreach ((int design, ThroughputRound round) in finished)
        {
            present[design].Add(round with { StolenShare = stolen });
        }

        PinFailures.UnionWith(course.PinFailures);
    }
}
