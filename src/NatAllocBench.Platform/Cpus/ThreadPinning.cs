using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Interop;

namespace NatAllocBench.Platform.Cpus;

/// <summary>Binds the calling thread to one CPU, as a softirq is bound to the CPU that took the interrupt.</summary>
/// <remarks>
/// Linux and Windows (its first 64 CPUs) can pin; macOS offers no such call, and there the caller records the reason.
/// Threads inherit the mask of the thread that starts them, so pin from the worker itself.
/// </remarks>
public static unsafe class ThreadPinning
{
    private const int MaskWords = CpuSet.MaxCpus / 64;
    private const int MaskBytes = CpuSet.MaxCpus / 8;

    [ThreadStatic]
    private static ulong[]? _maskBeforePinning;

    /// <summary>Lets the calling thread run on one CPU only. A later call moves it to another.</summary>
    /// <param name="cpu">Logical CPU number, 0 to 1023.</param>
    /// <param name="why">One line that says why the thread is not pinned, or null.</param>
    /// <returns>Whether the thread now runs on this CPU and no other.</returns>
    public static bool TryPinCurrentThread(int cpu, [NotNullWhen(false)] out string? why)
    {
        if (cpu is < 0 or >= CpuSet.MaxCpus)
        {
            why = $"CPU {cpu} is outside 0 to {CpuSet.MaxCpus - 1}";
            return false;
        }

        if (OperatingSystem.IsLinux())
        {
            why = PinOnLinux(cpu);
        }
        else if (OperatingSystem.IsWindows())
        {
            why = PinOnWindows(cpu);
        }
        else
        {
            why = "this operating system cannot bind a thread to a CPU";
        }

        return why is null;
    }

    /// <summary>Gives the calling thread back the CPUs it had before it was first pinned; nothing happens if it never was.</summary>
    public static void UnpinCurrentThread()
    {
        if (_maskBeforePinning is not { } mask)
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            fixed (ulong* words = mask)
            {
                _ = LinuxCalls.SetAffinity(0, MaskBytes, words);
            }
        }
        else if (OperatingSystem.IsWindows())
        {
            _ = WindowsCalls.SetThreadAffinity(WindowsCalls.GetCurrentThread(), (nuint)mask[0]);
        }

        _maskBeforePinning = null;
    }

    /// <summary>The CPU that runs the caller at this moment, or -1 where the system does not tell. About 2 ns on Linux.</summary>
    public static int CurrentCpu() =>
        OperatingSystem.IsLinux() ? CurrentCpuOnLinux() : OperatingSystem.IsWindows() ? (int)WindowsCalls.GetCpu() : -1;

    // A call without GC transition is bound when its caller is compiled: inlined, it would ask for libc on every system.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CurrentCpuOnLinux() => LinuxCalls.GetCpu();

    private static string? PinOnLinux(int cpu)
    {
        var before = new ulong[MaskWords];
        fixed (ulong* words = before)
        {
            if (LinuxCalls.GetAffinity(0, MaskBytes, words) < 0)
            {
                return $"sched_getaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}";
            }
        }

        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);
        if (LinuxCalls.SetAffinity(0, MaskBytes, mask) != 0)
        {
            return $"sched_setaffinity to CPU {cpu} failed: {Marshal.GetLastPInvokeErrorMessage()}; allowed are {CpuSet.Allowed()}";
        }

        _maskBeforePinning ??= before;
        return null;
    }

    private static string? PinOnWindows(int cpu)
    {
        if (cpu >= 64)
        {
            return $"CPU {cpu} lies in another processor group; only the first 64 CPUs can be used on Windows";
        }

        nuint before = WindowsCalls.SetThreadAffinity(WindowsCalls.GetCurrentThread(), (nuint)1 << cpu);
        if (before == 0)
        {
            return $"SetThreadAffinityMask to CPU {cpu} failed: {Marshal.GetLastPInvokeErrorMessage()}";
        }

        _maskBeforePinning ??= [before];
        return null;
    }
}
