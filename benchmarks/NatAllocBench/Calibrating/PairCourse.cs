using System.Diagnostics;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Results.Model;
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
            if (_clock.Elapsed.TotalSeconds + each > seconds || !Pair(added, progress, stop))
            {
                return;
            }

            Pairs++;
        }
    }

    private AddedWork? Pilot(CancellationToken stop)
    {
        List<PairSide> pilots = [];
        for (int i = 0; i < Pilots; i++)
        {
            if (Process(null, stop) is not [var side])
            {
                return null;
            }

            pilots.Add(side);
            if (AddedWork.For(pilots, counter.Injected, partly: false) is { } added)
            {
                return added;
            }
        }

        return AddedWork.For(pilots, counter.Injected, partly: true) ?? throw new UsageException(
            $"calibrate-compare: no cell could be measured in {Pilots} processes ({pilots[^1].Disturbed}); stop other work, or raise "
                + $"--process-seconds");
    }

    private bool Pair(AddedWork added, Action<int, string> progress, CancellationToken stop)
    {
        List<(PairSide Plain, PairSide Harder)> processes = [];
        for (int i = 0; i < 2 * plan.Processes; i++)
        {
            progress(Pairs, $"process {i + 1} of {2 * plan.Processes}");
            if (Process(added, stop) is not [var plain, var harder])
            {
                return false;
            }

            processes.Add((plain, harder));
        }

        counter.Add(new MeasuredPair(Sides(PairPlan.IsFirst), Sides(i => i < plan.Processes)));
        return true;

        IReadOnlyList<MeasuredPair.Sides> Sides(Func<int, bool> isFirst)
        {
            PairSide first = PairSide.Pool([.. processes.Where((_, i) => isFirst(i)).Select(side => side.Plain)]);
            PairSide second = PairSide.Pool([.. processes.Where((_, i) => !isFirst(i)).Select(side => side.Plain)]);
            PairSide harder = PairSide.Pool([.. processes.Where((_, i) => !isFirst(i)).Select(side => side.Harder)]);
            return
            [
                .. from figure in PairSide.Figures
                   let a = figure.Of(first)
                   let b = figure.Of(second)
                   let slower = figure.Of(harder)
                   where a is not null && b is not null && slower is not null
                   select new MeasuredPair.Sides(figure.Name, a, b, slower),
            ];
        }
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
