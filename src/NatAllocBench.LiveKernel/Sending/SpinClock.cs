using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.LiveKernel;

/// <summary>Waits on the processor: every sleep is longer than the windows measured here.</summary>
internal static class SpinClock
{
    internal static long Ticks(double nanoseconds) => (long)(nanoseconds * (Stopwatch.Frequency / 1e9));

    internal static double Nanoseconds(long ticks) => ticks * (1e9 / Stopwatch.Frequency);

    /// <summary>Spins until the timestamp is reached, without PAUSE, which would coarsen the end by tens of nanoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SpinUntil(long timestamp)
    {
        while (Stopwatch.GetTimestamp() < timestamp)
        {
        }
    }
}
