using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Throughput;

public sealed class SlowedTableTests
{
    private const int Connections = 1000;
    private const double AddedNs = 20_000;

    private static readonly ThroughputWorkload Workload =
        new() { Era = EraCatalog.Get("6.12"), Mode = RaceMode.Default, Connections = Connections };

    [Fact]
    public void Every_connection_takes_longer_by_what_was_added_and_the_table_is_the_same()
    {
        foreach (TableDesign design in TableDesign.OfTheModel)
        {
            TableDesign slowed = design.Slowed(workload => workload == Workload ? AddedNs : 0);
            using IConnectionTable plain = design.Create(Workload, 7);
            using IConnectionTable table = slowed.Create(Workload, 7);
            Assert.Equal(Connections, plain.Connect(0, 0, Connections));

            var clock = Stopwatch.StartNew();
            int connected = table.Connect(0, 0, Connections);

            Assert.True(clock.Elapsed.TotalNanoseconds >= Connections * AddedNs * 0.99, $"{design.Name} took {clock.Elapsed}");
            Assert.Equal($"{design.Name}-slowed", slowed.Name);
            Assert.Equal(Connections, connected);
            Assert.Equal(plain.Work, table.Work);
            table.Prove(Connections);
            Assert.Equal(Connections, table.Delete(0, 0, Connections));
        }
    }
}
