using NatAllocBench.Contenders;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Contenders;

public class ContenderEqualityTests
{
    private const int Connections = 1200;

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        foreach (TableDesign design in TableDesign.OfTheModel.Skip(1).Concat(ContenderCatalog.All))
        {
            cells.Add(design.Name, "3.1", "random");
            cells.Add(design.Name, "4.14", "default");
            cells.Add(design.Name, "4.14", "random");
            cells.Add(design.Name, "4.14", "rover-interlocked");
            cells.Add(design.Name, "4.14", "random-fully");
            cells.Add(design.Name, "5.15", "default");
            cells.Add(design.Name, "6.12", "default");
            cells.Add(design.Name, "6.12", "random-fully");
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void On_one_thread_every_design_chooses_the_ports_that_kernel_locks_chooses(string design, string era, string mode)
    {
        var workload = new ThroughputWorkload
        {
            Era = EraCatalog.Get(era),
            Mode = RaceMode.Get(mode),
            Connections = Connections,
            Destinations = 3,
        };
        using IConnectionTable expected = TableDesign.OfTheModel[0].Create(workload, 7);
        using IConnectionTable actual = Named(design).Create(workload, 7);
        foreach (IConnectionTable table in new[] { expected, actual })
        {
            table.Connect(0, 0, 900);
            table.Delete(0, 100, 600);
            table.Connect(0, 300, Connections);
            table.Prove(table.Count);
        }

        Assert.Equal(expected.Work with { ShortPath = null }, actual.Work with { ShortPath = null });
        Assert.Equal(1000, expected.Count);
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(Replies(workload, expected), Replies(workload, actual));
    }

    [Theory]
    [InlineData("ConcurrentDictionary")]
    [InlineData("Dictionary+lock")]
    [InlineData("NonBlocking.ConcurrentDictionary")]
    [InlineData("kernel-locks")]
    [InlineData("lock-free")]
    public void An_expired_connection_makes_room_for_the_same_flow(string design)
    {
        var workload = new ThroughputWorkload
        {
            Era = EraCatalog.Get("6.12"),
            Mode = RaceMode.Default,
            Connections = 200,
            Destinations = 2,
        };
        using IConnectionTable table = Named(design).Create(workload, 3);
        table.Connect(0, 0, 200);
        table.PassLifetime(0);

        int again = table.Connect(0, 0, 200);

        Assert.Equal(200, again);
        table.Prove(200);
    }

    private static TableDesign Named(string name) =>
        TableDesign.OfTheModel.Concat(ContenderCatalog.All).First(design => design.Name == name);

    private static List<string> Replies(ThroughputWorkload workload, IConnectionTable table)
    {
        List<string> replies = [];
        ThroughputWorkload.FlowCursor flows = workload.Flows(0);
        for (int flow = 0; flow < Connections; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> original);
            replies.Add(table.TryGetReply(in original, out ConntrackTuple<IPv4Address> reply) ? reply.ToString() : "none");
        }

        return replies;
    }
}
