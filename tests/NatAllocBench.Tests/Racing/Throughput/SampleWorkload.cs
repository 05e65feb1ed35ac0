using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Throughput;

/// <summary>What the throughput tests run: the newest era and its default mode.</summary>
internal static class SampleWorkload
{
    public static ThroughputWorkload Of(int connections) =>
        new() { Era = EraCatalog.Get("6.12"), Mode = RaceMode.Default, Connections = connections };
}
