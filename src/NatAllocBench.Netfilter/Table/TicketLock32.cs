using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// A ticket lock in one 32-bit word, as x86 kernels had it from 2.6.25 to 4.1: who asks first, gets it first. The ticket that is handed out
/// next is in the upper half, the one that is served in the lower half. Later kernels queue, which is first come, first served too.
/// </summary>
internal static unsafe class TicketLock32
{
    private const int OneTicket = 1 << 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref int word)
    {
        // Acquire: pairs with the release in Exit, so that the holder sees all that earlier holders wrote.
        uint seen = (uint)(Interlocked.Add(ref word, OneTicket) - OneTicket);
        if ((ushort)seen != (ushort)(seen >> 16))
        {
            Wait(ref word, (ushort)(seen >> 16));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ref int word)
    {
        // Only the holder writes the lower half. Release: what was written under the lock is visible before the next ticket is served;
        // pairs with Enter and Wait.
        ref ushort served = ref Unsafe.As<int, ushort>(ref word);
        Volatile.Write(ref served, (ushort)(served + 1));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait(ref int word, ushort ticket)
    {
        var spinner = new SpinWait();

        // Acquire: as in Enter. SpinWait yields when there are more threads than CPUs.
        while ((ushort)Volatile.Read(ref word) != ticket)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }
}
