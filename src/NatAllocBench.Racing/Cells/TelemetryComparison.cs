using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>
/// Races one workload with and without trace code in turns. A round is one trial of each way with the same seed, hence the same work, in a
/// random order; the ways of a round lie within milliseconds of each other, so a slower or busier machine slows all of them.
/// </summary>
internal sealed class TelemetryComparison(RaceWorkload workload, IReadOnlyList<int> cpus)
{
    /// <summary>What is compared; the first is what the others are compared with.</summary>
    public static readonly IReadOnlyList<(RaceTelemetry Way, string Text)> Ways =
    [
        (RaceTelemetry.Never, "without trace code"),
        (RaceTelemetry.WhenListened, "compiled in, nobody listens"),
        (RaceTelemetry.Unwritten, "recording, nothing written"),
    ];

    private readonly List<TrialResult[]> _rounds = [];
    private CpuRandom _random = new(1);

    /// <summary>Finished rounds.</summary>
    public int Rounds => _rounds.Count;

    /// <summary>Runs one round.</summary>
    /// <returns>False if it was cancelled.</returns>
    public bool RunRound(CancellationToken cancellation)
    {
        ulong seed = _random.Next64();
        int[] order = [.. Enumerable.Range(0, Ways.Count)];
        _random.Shuffle<int>(order);
        var trials = new TrialResult[Ways.Count];
        foreach (int way in order)
        {
            if (RaceTrial.Run(workload, cpus, seed, Ways[way].Way, cancellation) is not { } trial)
            {
                return false;
            }

            trials[way] = trial;
        }

        _rounds.Add(trials);
        return true;
    }

    /// <summary>Forgets the rounds so far, which compiled the code.</summary>
    public void Forget() => _rounds.Clear();

    /// <summary>Median connections per second of a way over the trials that nothing disturbed; null if there is none.</summary>
    public double? MedianSpeed(int way)
    {
        double[] speeds = [.. _rounds.Select(round => round[way]).Where(IsUndisturbed).Select(trial => trial.ConnectionsPerSecond)];
        return speeds.Length == 0 ? null : SampleStatistics.Instance.Median(speeds).Value;
    }

    /// <summary>Speeds without trace code and of this way, of the rounds in which neither trial was disturbed.</summary>
    public IReadOnlyList<(double Without, double With)> Pairs(int way) =>
    [
        .. _rounds.Where(round => IsUndisturbed(round[0]) && IsUndisturbed(round[way]))
            .Select(round => (round[0].ConnectionsPerSecond, round[way].ConnectionsPerSecond)),
    ];

    /// <summary>A preemption of milliseconds would say something about the scheduler, not about the code.</summary>
    private static bool IsUndisturbed(TrialResult trial) => trial.Overlap.InvoluntarySwitches is null or 0 && trial.Collections == 0;
}
