using System.Runtime.CompilerServices;

namespace NatAllocBench.Platform.Clocks;

/// <summary>
/// Waits by reading <see cref="TickClock"/>, with no pause instruction inside: a pause takes up to 50 ns and would
/// blur the windows of some hundred nanoseconds that the wait is there to add.
/// </summary>
public static class BusyWait
{
    /// <summary>The longest wait that <see cref="Measure"/> measures, ns.</summary>
    public const double LongestNs = 1_000_000;

    /// <summary>Returns once at least <paramref name="ticks"/> have passed; at once, without reading the clock, for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void For(ulong ticks)
    {
        if (ticks != 0)
        {
            Until(TickClock.Now() + ticks);
        }
    }

    /// <summary>Returns once the clock has reached <paramref name="deadlineTick"/>, at most 2^63 ticks ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Until(ulong deadlineTick)
    {
        while ((long)(TickClock.Now() - deadlineTick) < 0)
        {
        }
    }

    /// <summary>Measures how much longer than asked <see cref="For"/> takes on the calling thread.</summary>
    /// <param name="nanoseconds">Length asked, 0 to <see cref="LongestNs"/>.</param>
    /// <param name="samples">Waits measured, at least 100.</param>
    public static BusyWaitOvershoot Measure(double nanoseconds, int samples = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nanoseconds, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nanoseconds, LongestNs);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 100);
        ulong ticks = TickClock.FromNanoseconds(nanoseconds);
        var overshoot = new double[samples];

        // Twice: the first pass lets the JIT finish with the loop.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < samples; i++)
            {
                ulong before = TickClock.Now();
                For(ticks);
                overshoot[i] = TickClock.ToNanoseconds(TickClock.Now() - before) - nanoseconds;
            }
        }

        Array.Sort(overshoot);
        return new BusyWaitOvershoot(nanoseconds, overshoot[samples / 2], overshoot[samples * 99L / 100], samples);
    }
}
