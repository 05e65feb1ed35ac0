using System.Diagnostics;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Racing;

/// <summary>
/// Measures cells: in every pass each open cell gets one trial, in a random order, so that a change of the machine during the run falls
/// on all of them alike.
/// </summary>
internal sealed class RaceSession(IReadOnlyList<MeasuredCell> cells, IReadOnlyList<int> cpus, RaceLimits limits, ulong seed)
{
    /// <summary>Told before every trial: finished trials, and the cell that is raced next.</summary>
    public Action<int, MeasuredCell>? Progress { get; init; }

    /// <summary>Runs until every cell is measured enough, the time is up, or the run is cancelled.</summary>
    /// <returns>Whether every cell got its fewest trials: false if time or patience ended before.</returns>
    public bool Run(CancellationToken cancellation)
    {
        var random = new CpuRandom(seed);
        var clock = Stopwatch.StartNew();
        List<MeasuredCell> open = [.. cells.Where(cell => cell.Plan.Missing is null)];
        for (int done = 0; open.Count > 0;)
        {
            Shuffle(open, ref random);
            foreach (MeasuredCell cell in open)
            {
                if (cancellation.IsCancellationRequested || (clock.Elapsed.TotalSeconds > limits.Seconds && HasAll(cells, 1)))
                {
                    return HasAll(cells, limits.MinTrials) && !cancellation.IsCancellationRequested;
                }

                Progress?.Invoke(done, cell);
                TrialResult? trial = RaceTrial.Run(cell.Plan.Workload, cpus, random.Next64(), cancellation);
                if (trial is not null)
                {
                    cell.Add(trial);
                    done++;
                }
            }

            open.RemoveAll(limits.IsEnough);
        }

        return true;
    }

    private static bool HasAll(IReadOnlyList<MeasuredCell> cells, int trials) =>
        cells.All(cell => cell.Plan.Missing is not null || cell.Trials >= trials);

    private static void Shuffle(List<MeasuredCell> list, ref CpuRandom random)
    {
        for (int i = list.Count - 1; i > 0; i--)
        {
            int j = (int)random.NextBelow((uint)i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }
}
