namespace NatAllocBench.Racing.Machine;

/// <summary>What runs beneath the kernel.</summary>
/// <param name="Hypervisor">Name of the hypervisor or cloud; null on bare metal or where nothing tells.</param>
/// <param name="IsVirtual">Whether the kernel is a guest, or null when unknown.</param>
/// <param name="CpuTimes">CPU time of the machine since it started, stolen time included.</param>
internal sealed record VirtualizationFacts(string? Hypervisor, bool? IsVirtual, CpuTimes? CpuTimes);

/// <summary>CPU time of all CPUs since the start of the machine, in clock ticks of 10 ms or the like.</summary>
/// <param name="Total">All time, idle time included.</param>
/// <param name="Steal">Time in which the hypervisor ran something else although a CPU was ready to work.</param>
/// <param name="Processes">Time in which processes ran, their time in the kernel included.</param>
internal sealed record CpuTimes(long Total, long Steal, long Processes)
{
    /// <summary>Stolen share of all time since the machine started, 0 to 1.</summary>
    public double StealShare => Share(Steal, Total);

    /// <summary>Stolen share between an earlier reading and this one, 0 to 1; 0 when no time has passed.</summary>
    public double StealShareSince(CpuTimes earlier) => Share(Steal - earlier.Steal, Total - earlier.Total);

    /// <summary>The share of the machine's CPU time that other processes took between an earlier reading and this one, 0 to 1.</summary>
    /// <param name="earlier">The earlier reading.</param>
    /// <param name="ownShare">The share that this process took in between.</param>
    public double OthersShareSince(CpuTimes earlier, double ownShare) =>
        Math.Max(0, Share(Processes - earlier.Processes, Total - earlier.Total) - ownShare);

    private static double Share(long part, long whole) => whole > 0 ? (double)part / whole : 0;
}

/// <summary>Limits of the control group; null means no limit or none found.</summary>
/// <param name="CgroupVersion">1, 2, or null where there are no control groups.</param>
/// <param name="CpuQuota">CPU time per time that the group may use, in CPUs.</param>
/// <param name="MemoryLimitBytes">Most memory that the group may use.</param>
internal sealed record ContainerFacts(int? CgroupVersion, double? CpuQuota, long? MemoryLimitBytes);

/// <summary>Memory of the machine.</summary>
/// <param name="TotalBytes">All of it.</param>
/// <param name="AvailableBytes">What can be had without swapping.</param>
/// <param name="SwapBytes">Swap space.</param>
/// <param name="TransparentHugePages">Mode of transparent huge pages: always, madvise or never.</param>
internal sealed record MemoryFacts(long? TotalBytes, long? AvailableBytes, long? SwapBytes, string? TransparentHugePages);

/// <summary>Load averages: threads that ran or were ready to run, mean over 1, 5 and 15 minutes.</summary>
/// <param name="OneMinute">Over one minute.</param>
/// <param name="FiveMinutes">Over five minutes.</param>
/// <param name="FifteenMinutes">Over fifteen minutes.</param>
internal sealed record LoadAverage(double OneMinute, double FiveMinutes, double FifteenMinutes);

/// <summary>The clock of the measurements.</summary>
/// <param name="Source">What is read, with its frequency.</param>
/// <param name="WhyNotTsc">Why it is not the time stamp counter; null when it is.</param>
/// <param name="ResolutionNs">Its usual step in nanoseconds.</param>
/// <param name="CostNs">Cost of one reading in nanoseconds.</param>
/// <param name="KernelClockSource">The kernel's own clock source, or null.</param>
internal sealed record ClockFacts(string Source, string? WhyNotTsc, double ResolutionNs, double CostNs, string? KernelClockSource);

/// <summary>.NET and the settings that change its speed.</summary>
/// <param name="Version">Runtime with its version.</param>
/// <param name="ServerGc">Whether the server garbage collector runs.</param>
/// <param name="ConcurrentGc">Whether the collector works in the background.</param>
/// <param name="GcLatencyMode">Latency mode of the collector.</param>
/// <param name="NativeAot">Whether the program was compiled ahead of time, without a JIT.</param>
/// <param name="Settings">TieredCompilation, TieredPGO and the like: the value set, or "default".</param>
internal sealed record RuntimeFacts(
    string Version, bool ServerGc, bool ConcurrentGc, string GcLatencyMode, bool NativeAot, IReadOnlyDictionary<string, string> Settings);

/// <summary>Something that may spoil a measurement.</summary>
/// <param name="Code">Short stable name: governor, load, steal, few-cpus, one-cpu, quota, smt, virtual, thp, memory, clock.</param>
/// <param name="Text">One sentence for the reader, with the fix where there is one.</param>
internal sealed record MachineWarning(string Code, string Text);
