using System.Diagnostics;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Running;

namespace NatAllocBench.Calibrating;

/// <summary>
/// Measures pairs of runs of the same code until there are enough, the time is up or it is stopped, and counts what compare says of them.
/// </summary>
internal sealed class PairCourse(PairPlan plan, ErrorCounter counter)
{
    private const int Pilots = 10;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _next;

    /// <summary>Whole pairs that were counted.</summary>
    public int Pairs { get; private set; }

    /// <summary>Measures.</summary>
    /// <param name="pairs">How many pairs.</param>
    /// <param name="seconds">The time for all; a pair that cannot be expected to end in time is not begun.</param>
    /// <param name="progress">Told before every process: pairs that are done, and what comes next.</param>
    /// <param name="stop">Ends it; whole pairs stand.</param>
    /// <exception cref="UsageException">The machine is too busy to measure how long a connection takes, or a process failed.</exception>
    public void Run(int pairs, double seconds, Action<int, string> progress, CancellationToken stop)
    {
        progress(0, "a first process, for the work that makes the difference");
        if (Pilot(stop) is not { } added)
        {
            return;
        }

        double begun = _clock.Elapsed.TotalSeconds;
        while (Pairs < pairs && !stop.IsCancellationRequested)
        {
            double each = Pairs == 0 ? 0 : (_clock.Elapsed.TotalSeconds - begun) / Pairs;
            if (_clock.Elapsed.TotalSeconds + each > seconds || Pair(added, progress, stop) is not ({ } first, { } second, { } harder))
            {
                return;
            }

            counter.Add("race speed", first.Speeds, second.Speeds, harder.Speeds);
            counter.Add("race rate", first.Rates, second.Rates, harder.Rates);
            counter.Add("throughput speed", first.Throughput, second.Throughput, harder.Throughput);
            Pairs++;
        }
    }

    private AddedWork? Pilot(CancellationToken stop)
    {
        string? disturbed = null;
        for (int i = 0; i < Pilots; i++)
        {
            if (Process(null, stop) is not [var side])
            {
                return null;
            }

            if (AddedWork.For(side, counter.Injected) is { } added)
            {
                return added;
            }

            disturbed = side.Disturbed;
        }

        throw new UsageException(
            $"calibrate-compare: each of {Pilots} processes had a disturbed cell ({disturbed}); stop other work, or raise "
                + $"--process-seconds");
    }

    private (PairSide First, PairSide Second, PairSide Harder)? Pair(AddedWork added, Action<int, string> progress, CancellationToken stop)
    {
        List<PairSide> first = [];
        List<PairSide> second = [];
        List<PairSide> harder = [];
        for (int i = 0; i < 2 * plan.Processes; i++)
        {
            progress(Pairs, $"process {i + 1} of {2 * plan.Processes}");
            if (Process(added, stop) is not [var plain, var slowed])
            {
                return null;
            }

            if (PairPlan.IsFirst(i))
            {
                first.Add(plain);
            }
            else
            {
                second.Add(plain);
                harder.Add(slowed);
            }
        }

        return (PairSide.Pool(first), PairSide.Pool(second), PairSide.Pool(harder));
    }

    // Both sides that it measured, the plain one only without added work, none where it was stopped.
    private PairSide[] Process(AddedWork? added, CancellationToken stop)
    {
        string[] work = added is null ? [] : ["--added", added.ToString()];
        using MemoryStream output = FreshProcesses.Output([.. plan.Arguments(_next++), .. work], isQuiet: true, stop);
        PairSide? plain = PairSide.Read(output);
        PairSide? slowed = plain is null ? null : PairSide.Read(output);
        return stop.IsCancellationRequested || plain is null ? [] : slowed is null ? [plain] : [plain, slowed];
    }
}
