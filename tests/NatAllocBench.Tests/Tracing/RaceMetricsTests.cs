using System.Diagnostics.Metrics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.Racing.Platform;

namespace NatAllocBench.Tests.Tracing;

public class RaceMetricsTests
{
    [LinuxFact]
    public void A_trial_moves_the_counters_by_what_it_counted()
    {
        var sums = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == RaceMetrics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => sums[$"{instrument.Name}.p{tags[2].Value}"] = value);
        listener.Start();
        var workload = new RaceWorkload
        {
            Era = EraCatalog.Get("4.14"),
            Mode = RaceMode.Default,
            SourcePorts = SourcePortChoice.Shared,
            WindowAddedNs = 500,
            Connections = 800,
        };

        TrialResult result = RaceTrial.Run(workload, CpuSet.Allowed().Cpus, seed: 5)!;

        Assert.Equal(result.Total.Attempts, sums["nat.allocations"]);
        Assert.Equal(result.Total.InsertFailed, sums.GetValueOrDefault("nat.insert_failed"));
        Assert.Equal(result.Window.P50Ns, sums["nat.window.p50"]);
        Assert.Equal(result.Window.P99Ns, sums["nat.window.p99"]);
    }
}
