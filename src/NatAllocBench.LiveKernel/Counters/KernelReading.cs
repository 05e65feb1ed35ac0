namespace NatAllocBench.LiveKernel;

/// <summary>All counters at one moment, or the difference of two moments.</summary>
/// <param name="PerCpu">Conntrack's counters of the router, one entry per CPU.</param>
/// <param name="Delivered">Packets that arrived at the server.</param>
public sealed record KernelReading(IReadOnlyList<ConntrackCounters> PerCpu, long Delivered)
{
    /// <summary>Sum over all CPUs.</summary>
    public ConntrackCounters Total { get; } = PerCpu.Aggregate((left, right) => left + right);

    /// <summary>What has been counted since an earlier reading.</summary>
    public KernelReading Since(KernelReading earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new KernelReading([.. PerCpu.Zip(earlier.PerCpu, (now, before) => now - before)], Delivered - earlier.Delivered);
    }
}
