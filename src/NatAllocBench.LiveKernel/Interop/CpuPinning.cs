using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel.Interop;

/// <summary>Pins the calling thread; the sender's CPU is the CPU on which the kernel translates its packets.</summary>
internal static unsafe class CpuPinning
{
    private const int MaskBytes = 128;

    /// <summary>The CPUs this process may run on, ascending.</summary>
    internal static IReadOnlyList<int> AllowedCpus()
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        if (Libc.GetAffinity(0, MaskBytes, mask) < 0)
        {
            throw new InvalidOperationException($"sched_getaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var cpus = new List<int>();
        for (int cpu = 0; cpu < MaskBytes * 8; cpu++)
        {
            if ((mask[cpu / 8] & (1 << (cpu % 8))) != 0)
            {
                cpus.Add(cpu);
            }
        }

        return cpus;
    }

    /// <summary>Pins the calling thread to one CPU.</summary>
    internal static void PinCurrentThread(int cpu)
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        if (Libc.SetAffinity(0, MaskBytes, mask) != 0)
        {
            throw new InvalidOperationException($"cannot pin a sender to CPU {cpu}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
