using System.Diagnostics;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Running;

/// <summary>
/// Waits until the hypervisor has put the first two CPUs as far apart as a base had them: only then can speeds of several threads be
/// compared with its own.
/// </summary>
/// <param name="roundTripNs">The base's round trip of a cache line between its first two, ns; null waits for none.</param>
/// <param name="patience">The longest wait.</param>
/// <param name="measure">Measures the round trip, or null where it cannot be had; by default on the first two CPUs.</param>
internal sealed class PlacementWait(CpuSet cpus, double? roundTripNs, TimeSpan patience, Func<double?>? measure = null)
{
    private static readonly TimeSpan MostPatience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly List<string> _failures = [];

    /// <summary>
    /// The wait before a process that measures so long: as long, and at most a minute. Afterwards it measures where the CPUs are.
    /// </summary>
    /// <param name="seconds">Its time limit.</param>
    public static TimeSpan PatienceFor(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, MostPatience.TotalSeconds));

    /// <summary>What could not be had, a line for each time, for the notes of the run.</summary>
    public IReadOnlyList<string> Notes => _failures;

    /// <summary>Waits, at most as long as the patience lasts.</summary>
    /// <param name="line">Told once that it waits.</param>
    /// <param name="stop">Ends the wait.</param>
    public void Await(Action<string> line, CancellationToken stop)
    {
        if (roundTripNs is not { } target || cpus.Count < 2)
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        for (bool told = false; !stop.IsCancellationRequested; told = true)
        {
            double? now = measure is null ? PingPong.MeasureRoundTripNs(cpus.Cpus[0], cpus.Cpus[1]).Nanoseconds : measure();
            if (now is { } ns && PlacementClass.HoldsBoth(ns, target))
            {
                return;
            }

            if (clock.Elapsed >= patience)
            {
                string failure = FormattableString.Invariant(
                    $"not placed as asked: the first two CPUs were {now:0} ns apart after {Words(patience)} of waiting, not {target:0} ns");
                _failures.Add(failure);
                line(failure);
                return;
            }

            if (!told)
            {
                line(FormattableString.Invariant(
                    $"waiting, at most {Words(patience)}, until the first two CPUs are about {target:0} ns apart; now {now:0} ns"));
            }

            _ = stop.WaitHandle.WaitOne(Pause);
        }
    }

    private static string Words(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.#} s");
}
