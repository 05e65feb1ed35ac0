using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Running;

namespace NatAllocBench.Predicting;

/// <summary>
/// The window and the path of this machine, measured now: a race of some seconds for each era on two CPUs, whose windows are those of two
/// CPUs at work; one CPU alone where there is no second.
/// </summary>
internal static class MachineCosts
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestOfEra = TimeSpan.FromSeconds(2);

    /// <summary>Trials of two milliseconds: other work seldom takes a CPU in all of them.</summary>
    private const int Connections = 400;

    /// <summary>Measures for at most 10 s, at most 2 s for each era.</summary>
    /// <exception cref="UsageException">Other work took the CPUs in nearly every trial.</exception>
    public static Costs Measure(IReadOnlyList<Era> eras)
    {
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        TimeSpan each = Longest / eras.Count;
        each = each < LongestOfEra ? each : LongestOfEra;
        Console.Error.WriteLine(FormattableString.Invariant(
            $"measuring window and path on this machine, {each.TotalSeconds * eras.Count:0.#} s ..."));
        (double Mean, double Error, int Trials)[] all = [.. eras.Select(era => OfEra(era, cpus, each))];
        double mean = all.Average(one => one.Mean);
        double between = all.Average(one => Math.Pow(one.Mean - mean, 2));
        double within = all.Average(one => Math.Pow(one.Error, 2));
        OwnTiming own = OwnTiming.Measure(cpus[0])
            ?? throw new UsageException($"--from machine: {OwnTiming.Disturbed}; stop it, or say --window TIME");
        return new Costs(mean * 1e-9, Math.Sqrt(between + within) / mean, own.PathNs * 1e-9,
            $"the model's own on this machine, {all.Sum(one => one.Trials)} trials on {cpus.Length} CPUs");
    }

    private static (double Mean, double Error, int Trials) OfEra(Era era, int[] cpus, TimeSpan time)
    {
        var workload = new RaceWorkload
        {
            Era = era,
            Mode = RaceMode.Default,
            Clients = 40,
            Connections = Connections,
            Arrival = Arrival.Parse("poisson:200000"),
            SourcePorts = SourcePortChoice.Shared,
        };
        _ = RaceTrial.Run(workload, cpus, seed: 1);
        var windows = new List<double>();
        var clock = Stopwatch.StartNew();
        for (ulong seed = 2; clock.Elapsed < time; seed++)
        {
            if (RaceTrial.Run(workload, cpus, seed) is { Overlap.Counts: true, Window.Count: > 0 } trial)
            {
                windows.Add(trial.Window.MeanNs);
            }
        }

        if (windows.Count < 2)
        {
            throw new UsageException("--from machine: other work took the CPUs in nearly every trial; stop it, or say --window TIME");
        }

        double mean = windows.Average();
        double deviation = Math.Sqrt(windows.Sum(one => Math.Pow(one - mean, 2)) / (windows.Count - 1));
        return (mean, deviation / Math.Sqrt(windows.Count), windows.Count);
    }
}
