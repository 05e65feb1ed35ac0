using NatAllocBench.Kernels;
using NatAllocBench.LiveKernel;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Tests.LiveKernel.Cells;

public sealed class ArrivalCellsTests
{
    private const int Ports = 64512;

    [LiveFact]
    public void Every_arrival_is_named_as_the_race_names_it()
    {
        KernelChoice choice = new([PortMode.Default], [256], [0, 0.9], LiveProtocol.Tcp, [ClientPorts.Kernel]);
        RaceCell[] cells = [.. KernelWorkload.All.SelectMany(workload => workload.Cells(choice, "6.12")).Select(cell => cell.ToCell())];
        Assert.All(cells, cell => Assert.Equal(cell.Arrival, Arrival.Parse(cell.Arrival!).ToString()));
        Assert.Equal(
            [
                "closed", "lockstep:10us", "lockstep:2us", "bursts:10us", "tick:80us", "tick:160us", "tick:320us", "tick:640us",
                "poisson:10000", "poisson:100000",
            ],
            cells.Select(cell => cell.Arrival).Distinct());
        Assert.All(
            cells.Where(cell => cell.Series is "bursts" or "tick" or "poisson"), cell => Assert.Equal("shared", cell.SourcePorts));
        Assert.Equal(4, cells.Count(cell => cell is { Occupancy: 0.9, Series: "tick" }));
    }

    public static TheoryData<LiveCell, int> Cells => new()
    {
        { ArrivalCells.Bursts(10, PortMode.Default, LiveProtocol.Tcp, 0, 2000), 10 },
        { ArrivalCells.Bursts(80, PortMode.Random, LiveProtocol.Udp, 0.5, 2000), 80 },
        { ArrivalCells.Tick(20, PortMode.Default, LiveProtocol.Tcp, 0.9, 160_000), 20 },
        { ArrivalCells.Poisson(40, PortMode.FullyRandom, LiveProtocol.Udp, 0.9, 10_000), 40 },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void In_a_round_every_client_sends_once_from_the_same_port_and_half_of_them_on_each_cpu(LiveCell cell, int clients)
    {
        Assert.Equal(2, cell.Plan.Senders.Count);
        int half = clients / 2;
        foreach ((FlowTuple[] left, FlowTuple[] right) in cell.Plan.Senders[0].Chunk(half).Zip(cell.Plan.Senders[1].Chunk(half)))
        {
            FlowTuple[] round = [.. left, .. right];
            Assert.Equal(clients, round.Select(flow => flow.SourceAddress).Distinct().Count());
            Assert.Single(round.Select(flow => (flow.SourcePort, flow.DestinationAddress)).Distinct());
        }

        FlowTuple[] all = [.. cell.Plan.Senders.SelectMany(flows => flows), .. cell.Prefill?.Senders[0] ?? []];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_range_is_raced_around_its_fill(LiveCell cell, int clients)
    {
        long before = cell.Prefill?.PacketCount ?? 0;
        long sent = cell.Plan.PacketCount;
        Assert.Equal(0, sent % clients);
        double middle = (before + (sent / 2.0)) / Ports;
        Assert.InRange(middle, cell.Fill == 0 ? 0.12 : cell.Fill - 0.005, cell.Fill == 0 ? 0.13 : cell.Fill + 0.005);
        uint[] filling = [.. cell.Prefill?.Senders[0].Select(flow => flow.SourceAddress) ?? []];
        Assert.Empty(filling.Intersect(cell.Plan.Senders.SelectMany(flows => flows).Select(flow => flow.SourceAddress)));
    }
}
