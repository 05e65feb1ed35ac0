using NatAllocBench.LiveKernel;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.LiveKernel.Comparison;

/// <summary>The model does the same work as a cell of the live kernel.</summary>
[Collection(Alone.Name)]
public sealed class RacedWorkloadTests
{
    public static TheoryData<LiveCell, string> Cells => new()
    {
        { ComparisonCells.Race(16, PortMode.Default, pairs: 64, offsetNanoseconds: 10_000), "lockstep:10us" },
        { BackToBack(256, 0.5), "lockstep:10us/12" },
        { ArrivalCells.Bursts(10, PortMode.Default, LiveProtocol.Udp, 0.9, 10_000), "bursts:10us" },
        { ArrivalCells.Tick(20, PortMode.FullyRandom, LiveProtocol.Tcp, 0, 160_000), "tick:160us" },
        { ArrivalCells.Poisson(40, PortMode.Default, LiveProtocol.Tcp, 0.5, 100_000), "poisson:100000" },
        { ComparisonCells.Saturated(PortMode.Random, 2), "closed" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void It_has_the_packets_the_ports_and_the_occupancy_of_the_cell(LiveCell cell, string arrival)
    {
        RaceWorkload workload = RacedWorkload.Of(cell, EraCatalog.Get("6.12"), 700, 5000);
        workload.Validate();
        workload.ValidateFor(2);
        Assert.Equal(arrival, workload.Arrival.ToString());
        Assert.Equal(workload.Arrival, Arrival.Parse(arrival));
        Assert.Equal(cell.Plan.PacketCount, workload.Connections);
        Assert.Equal(cell.Prefill?.PacketCount ?? 0, workload.Standing);
        Assert.Equal(cell.Rule.Ports?.Size ?? RaceWorkload.AllPorts, workload.PortCount);
        Assert.Equal((700, 5000, FillKind.Unanswered), (workload.WindowAddedNs, workload.PathTimeNs, workload.Fill));
    }

    [Fact]
    public void Entries_without_an_answer_are_not_evicted_and_closed_ones_are()
    {
        RaceWorkload full = new()
        {
            Era = EraCatalog.Get("6.12"),
            Mode = RaceMode.RandomFully,
            PortMin = 30_000,
            PortMax = 30_099,
            Clients = 50,
            Connections = 50,
            Occupancy = 1,
            SourcePorts = SourcePortChoice.Fixed,
            Fill = FillKind.Unanswered,
        };
        Assert.Equal(50, RaceTrial.Run(full, [0], seed: 1)!.All.InsertFailed);
        Assert.Equal(0, RaceTrial.Run(full with { Fill = FillKind.Fixed }, [0], seed: 1)!.All.InsertFailed);
    }

    [Theory]
    [InlineData("lockstep:2us/0")]
    [InlineData("lockstep:2us/x")]
    [InlineData("lockstep:/3")]
    public void Connections_of_a_meeting_are_a_number(string text) => Assert.Throws<FormatException>(() => Arrival.Parse(text));

    private static LiveCell BackToBack(int range, double fill) => ComparedArrivals.BackToBack(
        ComparisonCells.Race(range, PortMode.Default, pairs: 256, offsetNanoseconds: 10_000, fill: fill));
}
