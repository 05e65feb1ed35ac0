using System.Globalization;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Machine;

/// <summary>Measures the basic costs of the running machine, in one to two seconds. Everything works with one CPU.</summary>
internal static class Calibration
{
    /// <summary>Most pairs of CPUs whose distance is measured; some 5 ms each.</summary>
    public const int MostPairs = 200;

    private const long SmallestBuffer = 256L << 20;
    private const long LargestBuffer = 2L << 30;

    /// <summary>Measures on the given CPUs.</summary>
    /// <param name="cpus">CPUs that this process may use; the first one takes the measurements of one thread.</param>
    /// <param name="largestCacheBytes">Size of the largest cache, 0 when unknown: the buffer of the DRAM reads is four times that.</param>
    /// <param name="mostPairs">Most pairs of CPUs to measure, at least 0.</param>
    /// <param name="cancellation">Ends the measurement between two of its parts.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationResult Run(
        CpuSet cpus, long largestCacheBytes = 0, int mostPairs = MostPairs, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostPairs, 0);
        int first = cpus.Cpus[0];
        MeasuredNs uncontended = OnCpu(first, CalibrationKernels.UncontendedCas);
        MeasuredNs contended = cpus.Count > 1
            ? ContendedCas.Measure(first, cpus.Cpus[1])
            : MeasuredNs.Missing($"only CPU {first} may be used");
        cancellation.ThrowIfCancellationRequested();
        (MeasuredNs dram, long? bytes) = DramRead(first, largestCacheBytes);
        cancellation.ThrowIfCancellationRequested();
        MeasuredNs spin = OnCpu(first, CalibrationKernels.SpinWaitStep);
        MeasuredNs sip = OnCpu(first, CalibrationKernels.SipHash);
        LineTransferMatrix transfers = Transfers(cpus, mostPairs, cancellation);
        return new CalibrationResult(uncontended, contended, dram, bytes, spin, sip, MeasuredNs.Of(TickClock.CostNs), transfers);
    }

    private static LineTransferMatrix Transfers(CpuSet cpus, int mostPairs, CancellationToken cancellation)
    {
        int possible = cpus.Count * (cpus.Count - 1) / 2;
        var pairs = new List<LineTransfer>();
        foreach ((int a, int b) in CpuPairs.Choose(cpus, mostPairs))
        {
            cancellation.ThrowIfCancellationRequested();
            pairs.Add(new LineTransfer(a, b, PingPong.MeasureRoundTripNs(a, b)));
        }

        string? note = possible == 0
            ? $"only CPU {cpus} may be used: there is no pair"
            : pairs.Count == possible
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{pairs.Count} of {possible} pairs: those of the first CPUs and of others at equal distances");
        return new LineTransferMatrix(pairs, possible, note);
    }

    private static (MeasuredNs Ns, long? Bytes) DramRead(int cpu, long largestCacheBytes)
    {
        long bytes = Math.Clamp(4 * largestCacheBytes, SmallestBuffer, LargestBuffer);
        try
        {
            using var buffer = new NativeRegion(bytes);
            return (OnCpu(cpu, () => DependentReads.Measure(buffer)), bytes);
        }
        catch (InsufficientMemoryException e)
        {
            return (MeasuredNs.Missing(e.Message), null);
        }
    }

    // On a machine that cannot pin, the value is still that of some CPU, which is all that a single thread needs.
    private static MeasuredNs OnCpu(int cpu, Func<double> measure)
    {
        double nanoseconds = 0;
        PinnedWorkers.Run([cpu], _ => nanoseconds = measure(), []);
        return MeasuredNs.Of(nanoseconds);
    }
}
