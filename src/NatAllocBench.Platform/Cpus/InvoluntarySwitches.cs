using NatAllocBench.Platform.Interop;

namespace NatAllocBench.Platform.Cpus;

/// <summary>How often the scheduler took the CPU away from a thread that was ready to go on.</summary>
public static unsafe class InvoluntarySwitches
{
    // struct rusage: two timevals (four words), then fourteen counters, of which ru_nivcsw is the last. The spare
    // words cover C libraries that append reserved space.
    private const int UsageWords = 64;
    private const int SwitchesWord = 17;

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
        return LinuxCalls.GetResourceUsage(LinuxCalls.ResourceUsageOfThread, usage) == 0 ? usage[SwitchesWord] : null;
    }
}
