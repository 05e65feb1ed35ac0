using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Platform.Meeting;

/// <summary>
/// A test-and-test-and-set lock in one 32-bit word, the size of the kernel's <c>spinlock_t</c>. Not fair, not re-entrant.
/// </summary>
public static class SpinLock32
{
    /// <summary>Takes the lock.</summary>
    /// <param name="word">The lock; 0 is free.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref int word)
    {
        if (!TryEnter(ref word))
        {
            EnterContended(ref word);
        }
    }

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="word">The lock.</param>
    /// <returns>Whether the caller has it now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryEnter(ref int word)
    {
        // Acquire: pairs with the release in Exit, so that the holder sees all that earlier holders wrote.
        return Interlocked.CompareExchange(ref word, 1, 0) == 0;
    }

    /// <summary>Takes a lock that another thread was seen to hold.</summary>
    /// <param name="word">The lock.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void EnterContended(ref int word)
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
        while (!TryEnter(ref word));
    }

    /// <summary>Gives the lock up.</summary>
    /// <param name="word">The lock.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ref int word)
    {
        Debug.Assert(word == 1, "a lock is given up by its holder");

        // Release: what was written under the lock is visible before the lock is seen free; pairs with Enter.
        Volatile.Write(ref word, 0);
    }
}
