using System.Diagnostics;

namespace NatAllocBench.Platform.Clocks;

/// <summary>Measures a tick source: its frequency against <see cref="Stopwatch"/>, its cost and its step.</summary>
internal static class ClockCalibration
{
    /// <summary>Length of a tick in nanoseconds, from the middle of three spans of about 7 ms.</summary>
    internal static double NanosecondsPerTick(Func<ulong> now)
    {
        Span<double> spans = stackalloc double[3];
        foreach (ref double span in spans)
        {
            (ulong ticks, long stamp) from = Pair(now);
            Thread.Sleep(7);
            (ulong ticks, long stamp) to = Pair(now);
            span = (to.stamp - from.stamp) * 1e9 / Stopwatch.Frequency / (to.ticks - from.ticks);
        }

        spans.Sort();
        return spans[1];
    }

    /// <summary>Median cost of a reading and median step between neighbours that differ, both in nanoseconds.</summary>
    /// <remarks>Reads <see cref="TickClock.Now"/> itself: a delegate in between would be counted as cost.</remarks>
    internal static (double Cost, double Resolution) CostAndResolution()
    {
        const int Batches = 101;
        const int Readings = 200;
        var costs = new double[Batches];
        var steps = new List<ulong>(2 * Batches * Readings);

        // Twice: the first pass lets the JIT finish with the loop.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int batch = 0; batch < Batches; batch++)
            {
                ulong first = TickClock.Now();
                ulong previous = first;
                for (int i = 0; i < Readings; i++)
                {
                    ulong current = TickClock.Now();
                    if (current != previous)
                    {
                        steps.Add(current - previous);
                    }

                    previous = current;
                }

                costs[batch] = TickClock.ToNanoseconds(previous - first) / Readings;
            }
        }

        // The median and not the smallest: counters that advance in steps are corrected by a tick now and then.
        Array.Sort(costs);
        steps.Sort();
        return (costs[Batches / 2], TickClock.ToNanoseconds(steps[steps.Count / 2]));
    }

    // The tightest of many brackets: a preemption between two readings would spoil the pairing.
    private static (ulong Ticks, long Stamp) Pair(Func<ulong> now)
    {
        (ulong Ticks, long Stamp) best = default;
        ulong tightest = ulong.MaxValue;
        for (int i = 0; i < 50; i++)
        {
            ulong before = now();
            long stamp = Stopwatch.GetTimestamp();
            ulong after = now();
            if (after - before < tightest)
            {
                tightest = after - before;
                best = (before + ((after - before) / 2), stamp);
            }
        }

        return best;
    }
}
