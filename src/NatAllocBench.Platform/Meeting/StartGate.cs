using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Platform.Meeting;

/// <summary>Opens a trial for all workers at one tick, after young garbage has been collected. One gate serves one trial.</summary>
/// <remarks>
/// Protocol. Workers count themselves into Ready and spin, then yield, on Start. The coordinator waits for the count,
/// does what has to be done while nobody works, and writes a start tick a little in the future; each worker then busy
/// waits until that tick, so that they leave within the cost of two clock readings of each other. A worker that sees the
/// tick too late (the coordinator held its CPU) learns by how much.
/// </remarks>
public sealed class StartGate : IMeetingPoint
{
    private const ulong Closed = 0;
    private const ulong Cancelled = ulong.MaxValue;
    private readonly int _spins;
    private State _state;

    /// <summary>A closed gate for a fixed number of workers.</summary>
    /// <param name="workers">Workers that will wait, at least 1.</param>
    public StartGate(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;

        // One more for the coordinator, who prepares on one of the workers' CPUs if there is no other.
        _spins = SpinBudget.For(workers + 1);
    }

    /// <summary>Lead that covers the wake-up of a worker whose CPU the coordinator used last: 200 us.</summary>
    public static TimeSpan DefaultLead => TimeSpan.FromMicroseconds(200);

    /// <summary>Workers that the gate waits for.</summary>
    public int Workers { get; }

    /// <summary>For a worker: waits until the trial starts.</summary>
    /// <param name="startTick">The common start on <see cref="TickClock"/>; 0 when cancelled.</param>
    /// <param name="lateTicks">How long after the common start this worker left the gate, in ticks.</param>
    /// <returns>True when the trial started, false when it was cancelled: then return without working.</returns>
    public bool Wait(out ulong startTick, out ulong lateTicks)
    {
        // Full fence; pairs with the Volatile.Read of the count in OpenWhenReady: what the worker prepared is visible.
        Interlocked.Increment(ref _state.Ready);
        int spins = _spins;

        // Acquire; pairs with the CompareExchange in OpenWhenReady: the worker sees all that the coordinator prepared.
        while ((startTick = Volatile.Read(ref _state.Start)) == Closed)
        {
            SpinBudget.Step(ref spins);
        }

        if (startTick == Cancelled)
        {
            startTick = lateTicks = 0;
            return false;
        }

        BusyWait.Until(startTick);
        lateTicks = TickClock.Now() - startTick;
        return true;
    }

    /// <summary>For the coordinator: waits for all workers, prepares, collects young garbage, and opens the gate.</summary>
    /// <param name="lead">How far in the future the common start lies; <see cref="DefaultLead"/> is right for most.</param>
    /// <param name="prepare">What to do once all workers wait and before garbage is collected, or null.</param>
    /// <returns>True when the gate opened, false when it was cancelled.</returns>
    public bool OpenWhenReady(TimeSpan lead, Action? prepare = null)
    {
        // Acquire; pairs with the Increment in Wait.
        while (Volatile.Read(ref _state.Ready) < Workers)
        {
            // Acquire; pairs with the Exchange in Cancel, or the coordinator would wait for a worker that has failed.
            if (Volatile.Read(ref _state.Start) == Cancelled)
            {
                return false;
            }

            Thread.Yield();
        }

        prepare?.Invoke();

        // The young generations only: workers allocate nothing, so what could set off a collection during the trial is what others (a
        // progress line) allocate, and that goes into generation 0, which is empty now. A full collection would cost by what lives in
        // the process, trial for trial.
        GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        ulong start = TickClock.Now() + TickClock.FromNanoseconds(lead.TotalNanoseconds);

        // Full fence; pairs with the Volatile.Read in Wait. Compares, so that a Cancel that came first stays.
        return Interlocked.CompareExchange(ref _state.Start, start, Closed) == Closed;
    }

    /// <summary>
    /// Releases everyone who waits or will come to wait, and tells them so. A worker that has already left the gate is
    /// not stopped by it.
    /// </summary>
    public void Cancel() =>
        // Pairs with the Volatile.Reads of Start in Wait and OpenWhenReady; nothing else is published with it.
        Interlocked.Exchange(ref _state.Start, Cancelled);

    // Ready is written by every worker while the others spin on Start.
    [StructLayout(LayoutKind.Explicit, Size = 4 * CacheLine.Size)]
    private struct State
    {
        [FieldOffset(CacheLine.Size)]
        internal int Ready;

        [FieldOffset(2 * CacheLine.Size)]
        internal ulong Start;
    }
}
