using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Platform.Meeting;

/// <summary>A barrier for the rounds of a race: workers meet some hundred nanoseconds apart, without a lock or a sleep.</summary>
/// <remarks>
/// Protocol. Each worker adds itself to Arrived; the one who completes the number sets Arrived back, writes the common
/// start tick and then advances Generation, on which the others spin. Generation is also the place of cancellation, so
/// that a cancelled barrier can never open again. After a bounded spin the waiters yield the CPU at every turn: more
/// workers than CPUs are slow but cannot deadlock.
/// </remarks>
public sealed class SpinBarrier : IMeetingPoint
{
    private const int Cancelled = -1;
    private readonly int _spins;
    private State _state;

    /// <summary>A barrier for a fixed number of workers.</summary>
    /// <param name="participants">Workers that meet, at least 1.</param>
    public SpinBarrier(int participants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(participants, 1);
        Participants = participants;
        _spins = SpinBudget.For(participants);
    }

    /// <summary>Workers that meet.</summary>
    public int Participants { get; }

    /// <summary>Waits until all workers have come.</summary>
    /// <returns>True when all met, false when the barrier was cancelled: then return without working.</returns>
    public bool SignalAndWait() => SignalAndWait(0, out _);

    /// <summary>Waits until all workers have come, and agrees on a tick at which to go on.</summary>
    /// <param name="leadTicks">How far after the meeting the tick lies; that of the last worker to arrive counts.</param>
    /// <param name="startTick">The same <see cref="TickClock"/> tick for everyone; 0 when cancelled.</param>
    /// <returns>True when all met, false when the barrier was cancelled: then return without working.</returns>
    public bool SignalAndWait(ulong leadTicks, out ulong startTick)
    {
        // Reads the value written by the CompareExchange of the previous round, which this worker has itself seen or
        // made; Volatile keeps the read before the arrival below, after which the generation may change.
        int generation = Volatile.Read(ref _state.Generation);
        startTick = 0;
        if (generation == Cancelled)
        {
            return false;
        }

        // Full fence: what this worker wrote before the meeting is visible to the worker who completes the count and,
        // through the generation it publishes, to everyone after the meeting.
        if (Interlocked.Increment(ref _state.Arrived) == Participants)
        {
            // Plain writes: the others are all waiting, and the CompareExchange below publishes both.
            _state.Arrived = 0;
            _state.StartTick = TickClock.Now() + leadTicks;
            int next = (generation + 1) & int.MaxValue;

            // Full fence; pairs with the Volatile.Read in WaitFor. Compares, so that a Cancel that came in between stays.
            if (Interlocked.CompareExchange(ref _state.Generation, next, generation) != generation)
            {
                return false;
            }
        }
        else if (!WaitFor(generation))
        {
            return false;
        }

        // Plain read: the next write happens only after this worker has arrived again.
        startTick = _state.StartTick;
        return true;
    }

    /// <inheritdoc/>
    public void Cancel() =>
        // Pairs with the Volatile.Read in WaitFor and at the entry; nothing else is published with it.
        Interlocked.Exchange(ref _state.Generation, Cancelled);

    private bool WaitFor(int generation)
    {
        int spins = _spins;
        int seen;

        // Acquire; pairs with the CompareExchange of the completing worker: all writes before the meeting are seen.
        while ((seen = Volatile.Read(ref _state.Generation)) == generation)
        {
            SpinBudget.Step(ref spins);
        }

        return seen != Cancelled;
    }

    // Arrived is hit by every arrival and Generation is spun on: they must not share a line, nor with a neighbour object.
    [StructLayout(LayoutKind.Explicit, Size = 4 * CacheLine.Size)]
    private struct State
    {
        [FieldOffset(CacheLine.Size)]
        internal int Arrived;

        [FieldOffset(2 * CacheLine.Size)]
        internal int Generation;

        [FieldOffset((2 * CacheLine.Size) + 8)]
        internal ulong StartTick;
    }
}
