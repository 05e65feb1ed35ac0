using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Machine;

/// <summary>
/// How long a cache line takes from one CPU to another and back. It tells where a hypervisor has put the CPUs: measure
/// it next to every result of several threads and compare only results of the same class.
/// </summary>
public static class PingPong
{
    private const int Blocks = 9;
    private const int RoundTripsInBlock = 400;

    /// <summary>Median round trip of one line between two CPUs, in nanoseconds; takes 2 to 5 ms.</summary>
    /// <param name="cpuA">The CPU that counts up and measures.</param>
    /// <param name="cpuB">The CPU that answers; another one.</param>
    public static MeasuredNs MeasureRoundTripNs(int cpuA, int cpuB)
    {
        if (cpuA == cpuB)
        {
            return MeasuredNs.Missing("a round trip needs two different CPUs");
        }

        var ball = new Ball();
        var barrier = new SpinBarrier(2);
        var blocks = new double[Blocks];
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run([cpuA, cpuB], worker =>
        {
            for (int block = -1; block < Blocks && barrier.SignalAndWait(); block++)
            {
                // Block -1 warms up and is not kept.
                ulong from = TickClock.Now();
                Play(ball, worker, (block + 1) * RoundTripsInBlock);
                if (worker == 0 && block >= 0)
                {
                    blocks[block] = TickClock.ToNanoseconds(TickClock.Now() - from) / RoundTripsInBlock;
                }
            }
        }, [barrier]);

        string? unpinned = reports.Select(report => report.PinFailure).FirstOrDefault(failure => failure is not null);
        if (unpinned is not null)
        {
            return MeasuredNs.Missing(unpinned);
        }

        Array.Sort(blocks);
        return MeasuredNs.Of(blocks[Blocks / 2]);
    }

    // The first worker moves the ball from even to odd, the second from odd to even. Compiled once and for all: a
    // change of code in the middle would count as transfer.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Play(Ball ball, int worker, int roundTripsBefore)
    {
        long value = (2L * roundTripsBefore) + worker;
        for (int i = 0; i < RoundTripsInBlock; i++, value += 2)
        {
            int spins = 0;

            // Acquire; pairs with the Volatile.Write of the other worker below. Nothing but the value itself is passed.
            while (Volatile.Read(ref ball.State.Value) != value)
            {
                // The partner was preempted: without yielding, two workers on one CPU would each burn a time slice.
                if (++spins > 100_000)
                {
                    Thread.Yield();
                }
            }

            // Release; pairs with the Volatile.Read of the other worker above.
            Volatile.Write(ref ball.State.Value, value + 1);
        }
    }

    private sealed class Ball
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
