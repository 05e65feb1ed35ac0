using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Allocators.Race;

/// <summary>
/// The one mutex of a system. It spins, as a kernel's spinlock and the first part of an adaptive mutex do, and tells how long it was waited
/// for.
/// </summary>
internal sealed class SystemMutex
{
    // The word in the middle of three lines: no neighbour shares its line, nor does the array's header.
    private readonly int[] _words = new int[3 * CacheLine.Size / sizeof(int)];

    private ref int Word => ref _words[CacheLine.Size / sizeof(int)];

    /// <summary>Takes the mutex.</summary>
    /// <returns>Ticks that the caller waited; 0 where nobody held it.</returns>
    public ulong Enter() => SpinLock32.TryEnter(ref Word) ? 0 : Wait();

    /// <summary>Gives it back.</summary>
    public void Exit() => SpinLock32.Exit(ref Word);

    private ulong Wait()
    {
        ulong start = TickClock.Now();
        SpinLock32.EnterContended(ref Word);
        ulong end = TickClock.Now();
        return (long)(end - start) > 0 ? end - start : 0;
    }
}

/// <summary>A mutex as one worker uses it.</summary>
internal struct MutexUse(SystemMutex mutex)
{
    /// <summary>Ticks waited so far.</summary>
    public ulong WaitedTicks { get; private set; }

    public void Enter() => WaitedTicks += mutex.Enter();

    public readonly void Exit() => mutex.Exit();
}
