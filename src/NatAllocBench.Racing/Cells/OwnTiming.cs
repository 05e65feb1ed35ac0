using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Racing.Cells;

/// <summary>What a connection of the model takes by itself on this machine, with nothing added.</summary>
/// <param name="WindowNs">Median window, ns.</param>
/// <param name="PathNs">Time outside the window, ns.</param>
internal readonly record struct OwnTiming(double WindowNs, double PathNs)
{
    /// <summary>Measures it on one CPU; takes some milliseconds.</summary>
    public static OwnTiming Measure(int cpu)
    {
        var workload = new RaceWorkload { Era = EraCatalog.Get("4.14"), Mode = RaceMode.Default, SourcePorts = SourcePortChoice.Shared };
        RaceTrial.Run(workload with { Connections = 500 }, [cpu], seed: 1);
        TrialResult trial = RaceTrial.Run(workload, [cpu], seed: 2)!;
        double window = trial.Window.ToHistogram().P50Ns ?? 0;
        return new OwnTiming(window, Math.Max(0, (1e9 / trial.ConnectionsPerSecond) - window));
    }

    /// <summary>The preset with a kernel's window, path time and rate; what the model takes itself is not added once more.</summary>
    public PresetFile Apply(KernelPace pace, PresetFile preset)
    {
        string window = Duration.Format(Math.Max(0, Math.Round(pace.WindowNs - WindowNs)));
        string path = Duration.Format(Math.Max(0, Math.Round(pace.PathTimeNs - PathNs)));
        string arrival = new Arrival.Poisson(pace.PacketsPerSecond).ToString();
        return preset with
        {
            Series = [.. preset.Series.Select(series => series with { Window = [window], PathTime = [path], Arrival = [arrival] })],
        };
    }
}
