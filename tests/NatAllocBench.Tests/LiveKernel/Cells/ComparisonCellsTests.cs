using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Cells;

public sealed class ComparisonCellsTests
{
    [Theory]
    [InlineData(16, 0)]
    [InlineData(256, 0)]
    [InlineData(64512, 0)]
    [InlineData(256, 0.5)]
    [InlineData(1024, 0.9)]
    public void Both_senders_of_a_race_meet_at_the_same_destination_and_no_client_is_used_twice(int rangeSize, double fill)
    {
        LiveCell cell = ComparisonCells.Race(rangeSize, PortMode.Default, pairs: 2000, fill: fill);
        IReadOnlyList<FlowTuple[]> senders = cell.Plan.Senders;
        Assert.Equal(senders[0].Select(flow => flow.DestinationAddress), senders[1].Select(flow => flow.DestinationAddress));
        FlowTuple[] all = [.. senders.SelectMany(flows => flows), .. cell.Prefill?.Senders.SelectMany(flows => flows) ?? []];
        Assert.Equal(all.Length, all.Select(flow => flow.SourceAddress).Distinct().Count());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_filled_race_starts_below_and_ends_above_its_occupancy(double fill)
    {
        const int RangeSize = 1024;
        LiveCell cell = ComparisonCells.Race(RangeSize, PortMode.FullyRandom, pairs: 2000, fill: fill);
        uint destination = cell.Plan.Senders[0][0].DestinationAddress;
        int before = cell.Prefill!.Senders[0].Count(flow => flow.DestinationAddress == destination);
        int raced = cell.Plan.Senders.Sum(flows => flows.Count(flow => flow.DestinationAddress == destination));
        Assert.InRange((before + (raced / 2.0)) / RangeSize, fill - 0.005, fill + 0.005);
    }

    [Fact]
    public void A_calibration_gives_each_pair_a_fresh_destination()
    {
        FlowTuple[] flows = ComparisonCells.Calibration(10_000, pairs: 100).Plan.Senders[0];
        Assert.Equal(100, flows.Select(flow => flow.DestinationAddress).Distinct().Count());
    }

    [Fact]
    public void The_same_tuple_is_the_same_for_both_senders()
    {
        IReadOnlyList<FlowTuple[]> senders = ComparisonCells.SameTuple(new NatRule(), pairs: 100).Plan.Senders;
        Assert.Equal(senders[0], senders[1]);
        Assert.Equal(100, senders[0].Distinct().Count());
    }

    [Fact]
    public void An_exhaustion_offers_twice_the_ports_to_every_destination()
    {
        LiveCell cell = ComparisonCells.Exhaustion(LiveProtocol.Udp, PortMode.Default, senders: 2);
        Assert.Equal(100, cell.Rule.Ports!.Value.Size);
        var connections = cell.Plan.Senders.SelectMany(flows => flows).CountBy(flow => flow.DestinationAddress);
        Assert.Equal(20, connections.Count());
        Assert.All(connections, destination => Assert.Equal(200, destination.Value));
    }
}
