using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Brings pinned senders together and proves that all of them are on a CPU at this moment. Sender 0 leads.
/// </summary>
/// <remarks>
/// Steps of meeting r: (1) every sender adds itself to ARRIVED and spins until it is r times the number of senders; (2) the leader raises
/// PING, each follower copies it to its PONG; the leader repeats until a round trip to all followers stays below the limit; (3) the
/// leader sets GO to r. A sender that the scheduler took away makes step 2 last until it is back. STOP ends every wait; END
/// tells senders that run free that one of them has sent all.
/// No value ever goes down, so "at least" comparisons need no reset between meetings.
/// </remarks>
internal sealed unsafe class CoRunMeeting : IDisposable
{
    private const int Stride = CacheLine.Size / sizeof(long);
    private const int ArrivedSlot = 0;
    private const int PingSlot = 1 * Stride;
    private const int GoSlot = 2 * Stride;
    private const int StopSlot = 3 * Stride;
    private const int EndSlot = 4 * Stride;
    private const int FirstPongSlot = 5 * Stride;
    private const int TriesBeforeRelaxing = 20_000;
    private const int CalibrationTrips = 500;

    private readonly int _senders;
    private readonly long* _slots;
    private ulong _limitTicks;
    private long _ping;
    private bool _disposed;

    internal CoRunMeeting(int senders, double limitNanoseconds)
    {
        _senders = senders;
        nuint bytes = (nuint)((FirstPongSlot + (senders * Stride)) * sizeof(long));
        _slots = (long*)NativeMemory.AlignedAlloc(bytes, CacheLine.Size);
        NativeMemory.Clear(_slots, bytes);
        _limitTicks = TickClock.FromNanoseconds(limitNanoseconds);
    }

    internal double LimitNanoseconds => _senders > 1 ? TickClock.ToNanoseconds(_limitTicks) : 0;

    // Volatile: pairs with the write in Stop; senders only need to see it some time soon.
    internal bool Stopped => Volatile.Read(ref _slots[StopSlot]) != 0;

    // Volatile: pairs with the write in End; the others send a packet more at most.
    internal bool Ended => Volatile.Read(ref _slots[EndSlot]) != 0 || Stopped;

    // Volatile: pairs with the reads through Ended; nothing else is published with it.
    internal void End() => Volatile.Write(ref _slots[EndSlot], 1);

    // Volatile: pairs with the reads through Stopped; nothing else is published with it.
    internal void Stop() => Volatile.Write(ref _slots[StopSlot], 1);

    /// <summary>Meeting number <paramref name="round"/> (1, 2, ...) of this sender. False when the run was stopped.</summary>
    internal bool Meet(int sender, long round)
    {
        // Full fence: pairs with the reads of ARRIVED below in all other senders; the count is complete only when all have come.
        _ = Interlocked.Increment(ref _slots[ArrivedSlot]);
        long all = round * _senders;

        // Volatile: pairs with the increments above; the loop must reload.
        while (Volatile.Read(ref _slots[ArrivedSlot]) < all)
        {
            if (Stopped)
            {
                return false;
            }
        }

        return _senders == 1 ? !Stopped : sender == 0 ? Lead(round) : Follow(sender, round);
    }

    private bool Lead(long round)
    {
        if (round == 1 && !Calibrate())
        {
            return false;
        }

        int tries = 0;
        while (true)
        {
            if (!TryRoundTrip(out ulong trip))
            {
                return false;
            }

            if (trip <= _limitTicks)
            {
                // Volatile: pairs with the read of GO in Follow; the drawn offsets start at this moment on all CPUs.
                Volatile.Write(ref _slots[GoSlot], round);
                return true;
            }

            if (++tries % TriesBeforeRelaxing == 0)
            {
                // The hypervisor has moved the CPUs apart since the calibration.
                _limitTicks += _limitTicks / 2;
            }
        }
    }

    private bool Calibrate()
    {
        ulong best = ulong.MaxValue;
        for (int trip = 0; trip < CalibrationTrips; trip++)
        {
            if (!TryRoundTrip(out ulong ticks))
            {
                return false;
            }

            best = Math.Min(best, ticks);
        }

        _limitTicks = Math.Max(_limitTicks, 2 * best);
        return true;
    }

    private bool TryRoundTrip(out ulong ticks)
    {
        ticks = 0;
        ulong start = TickClock.Now();
        long ping = ++_ping;

        // Volatile: pairs with the read of PING in Follow.
        Volatile.Write(ref _slots[PingSlot], ping);
        for (int follower = 1; follower < _senders; follower++)
        {
            // Volatile: pairs with the write of PONG in Follow; equality proves that the follower ran after the ping.
            while (Volatile.Read(ref _slots[FirstPongSlot + (follower * Stride)]) != ping)
            {
                if (Stopped)
                {
                    return false;
                }
            }
        }

        ticks = TickClock.Now() - start;
        return true;
    }

    private bool Follow(int sender, long round)
    {
        ref long pong = ref _slots[FirstPongSlot + (sender * Stride)];
        long answered = 0;

        // Volatile: pairs with the write of GO in Lead.
        while (Volatile.Read(ref _slots[GoSlot]) < round)
        {
            // Volatile: pairs with the write of PING in TryRoundTrip.
            long ping = Volatile.Read(ref _slots[PingSlot]);
            if (ping != answered)
            {
                // Volatile: pairs with the read of PONG in TryRoundTrip.
                Volatile.Write(ref pong, ping);
                answered = ping;
            }

            if (Stopped)
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_slots);
        }
    }
}
