using System.Diagnostics;
using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>
/// Measures cells: in every pass each open cell gets one trial, in a random order, so that a change of the machine during the run falls
/// on all of them alike.
/// </summary>
internal sealed class RaceSession(IReadOnlyList<MeasuredTrials> cells, IReadOnlyList<int> cpus, RaceLimits limits, ulong seed)
{
    /// <summary>Told before every trial but the first: finished trials, and the cell that is raced next.</summary>
    public Action<int, MeasuredTrials>? Progress { get; init; }

    /// <summary>Runs until every cell is measured enough, the time is up, or the run is cancelled.</summary>
    /// <returns>True if every cell reached its minimum number of trials before the time limit or a cancellation.</returns>
    public bool Run(CancellationToken cancellation)
    {
        var random = new CpuRandom(seed);
        WarmUp(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Min(limits.Seconds, int.MaxValue / 2000)) + RaceLimits.Grace);
        var clock = Stopwatch.StartNew();
        List<MeasuredTrials> open = [.. cells.Where(cell => cell.WhyMissing is null)];
        for (int done = 0; open.Count > 0;)
        {
            random.Shuffle(CollectionsMarshal.AsSpan(open));
            foreach (MeasuredTrials cell in open)
            {
                if (limit.IsCancellationRequested || (clock.Elapsed.TotalSeconds > limits.Seconds && HasAll(cells, 1)))
                {
                    Place();
                    return HasAll(cells, limits.MinTrials) && !cancellation.IsCancellationRequested;
                }

                if (done > 0)
                {
                    Progress?.Invoke(done, cell);
                }

                TrialResult? trial = cell.Run(cpus, random.Next64(), limit.Token);
                if (trial is not null)
                {
                    cell.Add(trial);
                    done++;
                }
            }

            Place();
            open.RemoveAll(limits.IsEnough);
        }

        return true;
    }

    /// <summary>
    /// One small trial of each kind that is thrown away: code is compiled at its first call, and must not be within a window. It appears
    /// neither in a trace nor in the metrics.
    /// </summary>
    private void WarmUp(CancellationToken cancellation)
    {
        foreach (MeasuredTrials cell in cells.Where(cell => cell.WhyMissing is null).DistinctBy(cell => cell.Code))
        {
            cell.WarmUp(cpus, seed, cancellation);
        }
    }

    /// <summary>
    /// All cells on the same CPUs keep the trials of one placement, that of most trials: they took turns, and only such trials can be
    /// compared.
    /// </summary>
    private void Place()
    {
        foreach (IGrouping<string, MeasuredTrials> together in cells.GroupBy(cell => cell.RacesOn))
        {
            double[] roundTrips = [.. together.SelectMany(cell => cell.RoundTripsNs)];
            PlacementClass? placement = roundTrips.Length == 0 ? null : PlacementClass.MostCommon(roundTrips);
            foreach (MeasuredTrials cell in together)
            {
                cell.Placement = placement;
            }
        }
    }

    private static bool HasAll(IReadOnlyList<MeasuredTrials> cells, int trials) =>
        cells.All(cell => cell.WhyMissing is not null || cell.Trials >= trials);
}
