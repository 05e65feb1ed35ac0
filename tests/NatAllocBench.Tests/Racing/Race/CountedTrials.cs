using System.Diagnostics;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Race;

/// <summary>Trials on two CPUs until enough connections count: rounds that other work disturbed do not, and are raced again.</summary>
internal static class CountedTrials
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<TrialResult> Run(RaceWorkload workload, long attempts)
    {
        workload.Validate();
        int[] cpus = [.. CpuSet.Allowed().Cpus.Take(2)];
        List<TrialResult> trials = [];
        long counted = 0;
        var clock = Stopwatch.StartNew();
        while (counted < attempts)
        {
            Assert.True(clock.Elapsed < Patience, $"{counted} attempts counted in {trials.Count} trials");
            TrialResult trial = RaceTrial.Run(workload, cpus, seed: 7 + (ulong)trials.Count)!;
            trials.Add(trial);
            counted += trial.Total.Attempts;
        }

        return trials;
    }
}
