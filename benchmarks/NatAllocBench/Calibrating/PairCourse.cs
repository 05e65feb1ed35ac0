using System.Diagnostics;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Calibrating;

/// <summary>Measures pairs of runs of the same code until there are enough, the time is up or it is stopped, and counts what compare says of them.</summary>
internal sealed class PairCourse(PairPlan plan, ErrorCounter counter)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _next;

    /// <summary>Whole pairs that were counted.</summary>
    public int Pairs { get; private set; }

    /// <summary>Measures.</summary>
    /// <param name="pairs">How many pairs.</param>
    /// <param name="seconds">The time for all; a pair that cannot be expected to end in time is not begun.</param>
    /// <param name="progress">Told before every process: pairs that are done, and what comes next.</param>
    /// <param name="stop">Ends it; whole pairs stand.</param>
    public void Run(int pairs, double seconds, Action<int, string> progress, CancellationToken stop)
    {
        while (Pairs < pairs && !stop.IsCancellationRequested)
        {
            double each = Pairs == 0 ? 0 : _clock.Elapsed.TotalSeconds / Pairs;
            if (_clock.Elapsed.TotalSeconds + each > seconds)
            {
                return;
            }

            (RunRecord<RaceCell>, RunRecord<RaceCell>)? race = Pair<RaceCell>(plan.Race, PooledProcesses.Pool, progress, "race", stop);
            (RunRecord<ThroughputCell>, RunRecord<ThroughputCell>)? throughput =
                Pair<ThroughputCell>(plan.Throughput, PooledProcesses.Pool, progress, "throughput", stop);
            if (race is not ({ } a, { } b) || throughput is not ({ } c, { } d))
            {
                return;
            }

            counter.Add(a, b, unchecked(plan.Seed + (ulong)_next));
            counter.Add(c, d);
            Pairs++;
        }
    }

    private (RunRecord<TCell>, RunRecord<TCell>)? Pair<TCell>(
        Func<int, IReadOnlyList<string>> arguments,
        Func<IReadOnlyList<RunRecord<TCell>>, RunRecord<TCell>> pool,
        Action<int, string> progress,
        string what,
        CancellationToken stop)
        where TCell : class
    {
        List<RunRecord<TCell>> first = [];
        List<RunRecord<TCell>> second = [];
        for (int i = 0; i < 2 * plan.Processes; i++)
        {
            progress(Pairs, $"{what}, process {i + 1} of {2 * plan.Processes}");
            if (stop.IsCancellationRequested || FreshProcesses.One<TCell>(arguments(_next++), calibrates: false, isQuiet: true, stop) is not { } run)
            {
                return null;
            }

            (PairPlan.IsFirst(i) ? first : second).Add(run);
        }

        return stop.IsCancellationRequested ? null : (pool(first), pool(second));
    }
}
