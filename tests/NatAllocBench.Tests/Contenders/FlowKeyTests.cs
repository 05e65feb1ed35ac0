using NatAllocBench.Contenders;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Contenders;

public class FlowKeyTests
{
    [Fact]
    public void Flows_to_many_destinations_have_as_many_hashes_as_flows()
    {
        var workload = new ThroughputWorkload
        {
            Era = EraCatalog.Get("6.12"),
            Mode = RaceMode.Default,
            Connections = 20_000,
            Destinations = 1000,
        };
        ThroughputWorkload.FlowCursor flows = workload.Flows(0);
        var hashes = new HashSet<int>();
        for (int flow = 0; flow < workload.Connections; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> tuple);
            hashes.Add(FlowKey.Of(in tuple).GetHashCode());
        }

        // 20,000 draws from 2^32 values share one 0.05 times on average.
        Assert.InRange(hashes.Count, workload.Connections - 3, workload.Connections);
    }
}
