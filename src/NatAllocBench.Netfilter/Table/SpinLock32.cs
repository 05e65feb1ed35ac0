using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>A test-and-test-and-set lock in one 32-bit word, the size of the kernel's <c>spinlock_t</c>. Not fair, not re-entrant.</summary>
internal static class SpinLock32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref int word)
    {
        // Acquire: pairs with the release in Exit, so that the holder sees all that earlier holders wrote.
        if (Interlocked.CompareExchange(ref word, 1, 0) != 0)
        {
            EnterContended(ref word);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ref int word)
    {
        Debug.Assert(word == 1, "a lock is given up by its holder");

        // Release: what was written under the lock is visible before the lock is seen free; pairs with Enter.
        Volatile.Write(ref word, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterContended(ref int word)
    {
        var spinner = new SpinWait();
        do
        {
            // Waits on a shared copy of the line, so that the holder's release is not delayed. A plain spin first: critical
            // sections last some tens of nanoseconds. SpinWait yields when there are more threads than CPUs.
            // Acquire is not needed here: the compare-and-swap below has it.
            while (Volatile.Read(ref word) != 0)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }
        while (Interlocked.CompareExchange(ref word, 1, 0) != 0); // acquire, as in Enter
    }
}
