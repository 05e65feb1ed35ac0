using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Machine;

/// <summary>Two CPUs that count one word up with compare-and-swap, each as fast as it can.</summary>
internal static class ContendedCas
{
    private const int Blocks = 21;
    private const int SuccessesInBlock = 2000;

    /// <summary>Median time per successful swap over both CPUs, in nanoseconds.</summary>
    internal static MeasuredNs Measure(int cpuA, int cpuB)
    {
        var shared = new Counter();
        var barrier = new SpinBarrier(2);
        var starts = new ulong[2, Blocks];
        var ends = new ulong[2, Blocks];
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run([cpuA, cpuB], worker =>
        {
            ulong lead = TickClock.FromNanoseconds(2000);
            CountUp(shared, 0);
            for (int block = 0; block < Blocks && barrier.SignalAndWait(lead, out ulong start); block++)
            {
                BusyWait.Until(start);
                starts[worker, block] = start;
                CountUp(shared, (block + 1L) * 2 * SuccessesInBlock);
                ends[worker, block] = TickClock.Now();
            }
        }, [barrier]);

        string? unpinned = reports.Select(report => report.PinFailure).FirstOrDefault(failure => failure is not null);
        if (unpinned is not null)
        {
            return MeasuredNs.Missing(unpinned);
        }

        double[] costs =
        [
            .. Enumerable.Range(0, Blocks).Select(block =>
                TickClock.ToNanoseconds(Math.Max(ends[0, block], ends[1, block]) - starts[0, block]) / (2 * SuccessesInBlock)).Order(),
        ];
        return MeasuredNs.Of(costs[Blocks / 2]);
    }

    // Both go on until the sum is reached, so that neither ever counts alone.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountUp(Counter shared, long target)
    {
        // Acquire; pairs with the CompareExchange of the other worker. A stale value only makes the swap fail.
        long seen = Volatile.Read(ref shared.State.Value);
        while (seen < target)
        {
            // Full fence; pairs with itself in the other worker: the instruction is what is measured.
            long found = Interlocked.CompareExchange(ref shared.State.Value, seen + 1, seen);
            seen = found == seen ? seen + 1 : found;
        }
    }

    private sealed class Counter
    {
        internal PaddedValue State;
    }

    [StructLayout(LayoutKind.Explicit, Size = 3 * CacheLine.Size)]
    private struct PaddedValue
    {
        [FieldOffset(CacheLine.Size)]
        internal long Value;
    }
}
