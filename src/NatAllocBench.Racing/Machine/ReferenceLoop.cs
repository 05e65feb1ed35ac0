using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Racing.Machine;

/// <summary>
/// A fixed piece of work whose time tells how fast a CPU is just now: its frequency, and whether a neighbour shares its execution units. It
/// uses nothing of this project, so that no change of the measured code changes it. It is part of the run format: a change makes older
/// times incomparable.
/// </summary>
internal static class ReferenceLoop
{
    private const int Steps = 4096;
    private const int Blocks = 5;

    private static ulong _sink;

    /// <summary>The time of the loop on the calling thread, the median of five, in nanoseconds; takes some 50 us.</summary>
    public static double MeasureNs()
    {
        Span<double> blocks = stackalloc double[Blocks];
        ulong value = Run(Steps, 1);
        for (int block = 0; block < Blocks; block++)
        {
            ulong from = TickClock.Now();
            value ^= Run(Steps, value);
            blocks[block] = TickClock.ToNanoseconds(TickClock.Now() - from);
        }

        // Relaxed is enough: nobody reads it, it only keeps the loop from being removed.
        Volatile.Write(ref _sink, value);
        blocks.Sort();
        return blocks[Blocks / 2];
    }

    /// <summary>The time on the slowest of some CPUs, all running at once, in nanoseconds.</summary>
    /// <param name="cpus">At least one CPU.</param>
    public static double MeasureNs(IReadOnlyList<int> cpus)
    {
        double[] times = new double[cpus.Count];
        var barrier = new SpinBarrier(cpus.Count);
        _ = PinnedWorkers.Run(
            cpus,
            worker =>
            {
                if (barrier.SignalAndWait())
                {
                    times[worker] = MeasureNs();
                }
            },
            [barrier]);
        return times.Max();
    }

    // Four independent chains: enough of them keep the execution units busy, so that a neighbour on the same core shows. Compiled once and
    // for all: a change of code in the middle would look like a change of the machine.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Run(int steps, ulong seed)
    {
        ulong a = seed;
        ulong b = seed + 1;
        ulong c = seed + 2;
        ulong d = seed + 3;
        for (int i = 0; i < steps; i++)
        {
            a = (a ^ (a >> 29)) * 0x9E3779B97F4A7C15;
            b = (b ^ (b >> 31)) * 0xBF58476D1CE4E5B9;
            c = (c ^ (c >> 27)) * 0x94D049BB133111EB;
            d = (d ^ (d >> 33)) * 0xFF51AFD7ED558CCD;
        }

        return a ^ b ^ c ^ d;
    }
}
