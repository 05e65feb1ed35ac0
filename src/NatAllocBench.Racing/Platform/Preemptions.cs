namespace NatAllocBench.Racing.Platform;

/// <summary>How often the scheduler took the CPU away from a thread that wanted to go on.</summary>
public static unsafe class Preemptions
{
    // struct rusage: two timevals (four words), then fourteen counters, of which ru_nivcsw is the last. The spare
    // words cover C libraries that append reserved space.
    private const int UsageWords = 64;
    private const int InvoluntarySwitches = 17;

    /// <summary>
    /// The involuntary context switches of the calling thread since it started (Linux, 64 bit), or null elsewhere.
    /// A round that saw none between its ends was not preempted. One system call: keep it outside windows.
    /// </summary>
    public static long? OfCurrentThread()
    {
        if (!OperatingSystem.IsLinux() || nint.Size != 8)
        {
            return null;
        }

        long* usage = stackalloc long[UsageWords];
        return LinuxCalls.GetResourceUsage(LinuxCalls.ResourceUsageOfThread, usage) == 0 ? usage[InvoluntarySwitches] : null;
    }
}
