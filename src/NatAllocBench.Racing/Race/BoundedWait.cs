using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Racing.Race;

/// <summary>Busy waits of a connection. Long ones are cut into pieces, so that a cancelled trial ends soon.</summary>
/// <param name="cancellation">Ends waits early.</param>
internal readonly struct BoundedWait(CancellationToken cancellation)
{
    private const double LongNs = 1e6;

    private readonly ulong _longTicks = TickClock.FromNanoseconds(LongNs);
    private readonly CancellationToken _cancellation = cancellation;

    /// <summary>Waits for some ticks; 0 is no wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Spend(ulong ticks)
    {
        if (ticks != 0)
        {
            Until(TickClock.Now() + ticks);
        }
    }

    /// <summary>Waits until a tick.</summary>
    public void Until(ulong tick)
    {
        while ((long)(tick - TickClock.Now()) > (long)_longTicks)
        {
            if (_cancellation.IsCancellationRequested)
            {
                return;
            }

            BusyWait.For(_longTicks);
        }

        BusyWait.Until(tick);
    }
}
