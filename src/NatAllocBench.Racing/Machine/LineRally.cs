using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Machine;

/// <summary>Two workers pass a cache line to and fro.</summary>
internal sealed class LineRally
{
    private const int Blocks = 5;
    private const int RoundTripsInBlock = 60;

    /// <summary>Looks at the ball after which the partner seems to need this CPU.</summary>
    private const int Patience = 100_000;

    /// <summary>The same once that has been so: some round trips of two CPUs, so that a partner who is back is not disturbed.</summary>
    private const int ShortPatience = 5_000;

    private PaddedValue _ball;
    private long _player0;
    private long _player1 = 1;

    /// <summary>Both workers call it, on the threads that race afterwards; takes 0.02 to 0.2 ms.</summary>
    /// <param name="worker">0 or 1.</param>
    /// <returns>The median round trip in ns, the same for both within a block; each has its own reading.</returns>
    public double MeasureNs(int worker)
    {
        Span<double> blocks = stackalloc double[Blocks];
        Play(worker, RoundTripsInBlock);
        for (int block = 0; block < Blocks; block++)
        {
            ulong from = TickClock.Now();
            Play(worker, RoundTripsInBlock);
            blocks[block] = TickClock.ToNanoseconds(TickClock.Now() - from) / RoundTripsInBlock;
        }

        blocks.Sort();
        return blocks[Blocks / 2];
    }

    // The first worker moves the ball from even to odd, the second from odd to even. Compiled once and for all: a
    // change of code in the middle would count as transfer.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Play(int worker, int roundTrips)
    {
        // Each worker has a word of its own, which it alone reads and writes.
        ref long next = ref worker == 0 ? ref _player0 : ref _player1;
        long value = next;
        int patience = Patience;
        for (int i = 0; i < roundTrips; i++, value += 2)
        {
            int spins = 0;

            // Acquire; pairs with the Volatile.Write of the other worker below. Nothing but the value itself is passed.
            while (Volatile.Read(ref _ball.Value) != value)
            {
                // The partner was preempted, or shares this CPU: without yielding, each of the two would burn a time slice.
                if (++spins > patience)
                {
                    patience = ShortPatience;
                    Thread.Yield();
                }
            }

            // Release; pairs with the Volatile.Read of the other worker above.
            Volatile.Write(ref _ball.Value, value + 1);
        }

        next = value;
    }

    [StructLayout(LayoutKind.Explicit, Size = 3 * CacheLine.Size)]
    private struct PaddedValue
    {
        [FieldOffset(CacheLine.Size)]
        internal long Value;
    }
}
