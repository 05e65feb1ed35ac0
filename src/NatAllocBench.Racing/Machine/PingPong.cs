using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Racing.Machine;

/// <summary>
/// How long a cache line takes from one CPU to another and back. It tells where a hypervisor has put the CPUs: measure
/// it next to every result of several threads and compare only results of the same class.
/// </summary>
internal static class PingPong
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

        var rally = new LineRally();
        var barrier = new SpinBarrier(2);
        var blocks = new double[Blocks];
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run([cpuA, cpuB], worker =>
        {
            for (int block = -1; block < Blocks && barrier.SignalAndWait(); block++)
            {
                // Block -1 warms up and is not kept.
                ulong from = TickClock.Now();
                rally.Play(worker, RoundTripsInBlock);
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
}
