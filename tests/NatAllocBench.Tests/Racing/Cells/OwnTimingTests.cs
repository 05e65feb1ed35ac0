using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Cells;

/// <summary>What the model takes itself must not be that of a CPU that was taken away.</summary>
public sealed class OwnTimingTests
{
    [Fact]
    public void It_is_that_of_the_trials_whose_CPU_was_not_taken_away()
    {
        TrialResult trial = Trial();
        double window = trial.Window.ToHistogram().P50Ns!.Value;

        OwnTiming? own = OwnTiming.Of(
        [
            Took(trial, 100_000, share: 0.2), Took(trial, 4000, share: 1), Took(trial, 5000, share: 1), Took(trial, 100_000, share: 0.5),
            Took(trial, 6000, share: 0.96), Took(trial, 100_000, share: 0.94),
        ]);

        Assert.Equal(window, own!.Value.WindowNs, 6);
        Assert.Equal(5000 - window, own.Value.PathNs, 6);
    }

    [Fact]
    public void There_is_none_where_every_trial_was_disturbed()
    {
        TrialResult trial = Trial();

        Assert.Null(OwnTiming.Of([Took(trial, 4000, share: 0.9), Took(trial, 4000, share: 0)]));
    }

    private static TrialResult Took(TrialResult trial, double ns, double share) =>
        trial with { ConnectionsPerSecond = 1e9 / ns, Overlap = trial.Overlap with { Share = share } };

    private static TrialResult Trial() => RaceTrial.Run(
        new RaceWorkload
        {
            Era = EraCatalog.Get("4.14"),
            Mode = RaceMode.Default,
            SourcePorts = SourcePortChoice.Shared,
            Connections = 500,
        },
        [CpuSet.Allowed().Cpus[0]],
        seed: 3)!;
}
