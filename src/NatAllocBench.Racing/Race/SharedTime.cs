using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Racing.Race;

/// <summary>How much of a trial all of its workers ran.</summary>
internal static class SharedTime
{
    /// <summary>The share of the time from the first start to the last end in which no worker was missing, 0 to 1.</summary>
    /// <param name="workers">When each counted, and its clock's gaps.</param>
    public static double Of(IReadOnlyList<(ulong From, ulong To, ClockWatch Watch)> workers)
    {
        ulong first = workers.Min(worker => worker.From);
        ulong last = workers.Max(worker => worker.To);
        ulong from = workers.Max(worker => worker.From);
        ulong to = workers.Min(worker => worker.To);
        if (to <= from || last <= first)
        {
            return 0;
        }

        ulong missing = 0;
        ulong reached = from;
        foreach ((ulong gapFrom, ulong gapTo) in Gaps(workers))
        {
            ulong begin = Math.Max(gapFrom, reached);
            ulong end = Math.Min(gapTo, to);
            if (end > begin)
            {
                missing += end - begin;
                reached = end;
            }
        }

        return (double)(to - from - missing) / (last - first);
    }

    private static IEnumerable<(ulong From, ulong To)> Gaps(IReadOnlyList<(ulong From, ulong To, ClockWatch Watch)> workers) =>
        workers.SelectMany(worker => worker.Watch.Gaps.ToArray())
            .Where(gap => ClockWatch.IsAway(gap.To - gap.From))
            .OrderBy(gap => gap.From);
}
