using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>What a connection of the model takes by itself on this machine, with nothing added.</summary>
/// <param name="WindowNs">Median window, ns.</param>
/// <param name="PathNs">Time outside the window, ns.</param>
internal readonly record struct OwnTiming(double WindowNs, double PathNs)
{
    /// <summary>Why it could not be measured.</summary>
    public const string Disturbed = "other work took the CPU in every trial that measures the model's own window and path";

    private const int Trials = 25;

    /// <summary>Trials of about two milliseconds: other work seldom takes the CPU in all of them.</summary>
    private const int Connections = 5000;

    /// <summary>Measures it on one CPU, in a tenth of a second; null if no trial counts (<see cref="Disturbed"/>).</summary>
    public static OwnTiming? Measure(int cpu)
    {
        var workload = new RaceWorkload
        {
            Era = EraCatalog.Get("4.14"),
            Mode = RaceMode.Default,
            SourcePorts = SourcePortChoice.Shared,
            Connections = Connections,
        };
        RaceTrial.Run(workload, [cpu], seed: 1);
        return Of([.. Enumerable.Range(2, Trials).Select(seed => RaceTrial.Run(workload, [cpu], (ulong)seed)!)]);
    }

    /// <summary>The medians over the trials in which the CPU was not taken away; null if it was in all of them.</summary>
    public static OwnTiming? Of(IEnumerable<TrialResult> trials)
    {
        OwnTiming[] each = [.. trials.Where(trial => trial.Overlap.Counts).Select(OfTrial)];
        return each.Length == 0
            ? null
            : new OwnTiming(Median(each.Select(own => own.WindowNs)), Median(each.Select(own => own.PathNs)));
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

    private static OwnTiming OfTrial(TrialResult trial)
    {
        double window = trial.Window.ToHistogram().P50Ns ?? 0;
        return new OwnTiming(window, Math.Max(0, (1e9 / trial.ConnectionsPerSecond) - window));
    }

    private static double Median(IEnumerable<double> values) => SampleStatistics.Instance.Median([.. values]).Value;
}
