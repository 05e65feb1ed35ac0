using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Platform.Clocks;

/// <summary>
/// The cheapest steady clock of this machine: rdtsc on x64 Linux with a constant, never stopping counter (10 ns a
/// reading on the machine it was written on), otherwise <see cref="Stopwatch"/> (25 ns there).
/// </summary>
/// <remarks>
/// Ticks of different CPUs compare with each other. rdtsc does not wait for earlier instructions to finish, so an
/// interval may be wrong by the few nanoseconds the CPU had in flight. The choice is made once; both fields below are
/// static readonly, hence constants to the optimising JIT, and a reading is one direct call.
/// </remarks>
public static unsafe class TickClock
{
    private static readonly string? WhyNoTsc;
    private static readonly delegate* unmanaged[SuppressGCTransition]<ulong> ReadTsc =
        (delegate* unmanaged[SuppressGCTransition]<ulong>)TscPage.TryCreate(out WhyNoTsc);

    private static readonly double NanosecondsInTick =
        ReadTsc == null ? 1e9 / Stopwatch.Frequency : ClockCalibration.NanosecondsPerTick(Now);

    private static readonly Lazy<(double Cost, double Resolution)> Measured = new(ClockCalibration.CostAndResolution);

    /// <summary>Length of one tick in nanoseconds; calibrated over some 20 ms at first use where the counter is rdtsc.</summary>
    public static double NanosecondsPerTick => NanosecondsInTick;

    /// <summary>
    /// Median step between neighbouring readings that differ, in nanoseconds; where the counter is fine-grained it is
    /// about the cost of a reading.
    /// </summary>
    public static double ResolutionNs => Measured.Value.Resolution;

    /// <summary>Median cost of one reading in nanoseconds, measured at first use (a few milliseconds).</summary>
    public static double CostNs => Measured.Value.Cost;

    /// <summary>Which clock it is and its frequency, for the run's record.</summary>
    public static string SourceName => string.Create(
        CultureInfo.InvariantCulture, $"{(ReadTsc == null ? "Stopwatch" : "rdtsc")} at {1000 / NanosecondsPerTick:F0} MHz");

    /// <summary>Why the clock is not rdtsc, or null when it is.</summary>
    public static string? WhyNotTsc => WhyNoTsc;

    /// <summary>The current tick. Compare by subtraction: <c>(long)(later - earlier)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Now() => ReadTsc != null ? ReadTsc() : (ulong)Stopwatch.GetTimestamp();

    /// <summary>Converts an interval in ticks to nanoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToNanoseconds(ulong ticks) => ticks * NanosecondsInTick;

    /// <summary>Converts an interval in nanoseconds, not negative, to the nearest whole number of ticks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong FromNanoseconds(double nanoseconds) => (ulong)((nanoseconds / NanosecondsInTick) + 0.5);
}
