using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Blocks;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;

namespace NatAllocBench.Tests.Allocators;

/// <summary>Ports that belong to one client each, against the examples of the documents.</summary>
public class BlockTests
{
    private const uint Address = 0xCB007101;
    private const uint FirstClient = 0x0A000000;

    [Fact]
    public void Subscriber_70_of_RFC_7422_has_block_6_of_the_second_address()
    {
        var rule = BlockRule.Deterministic(Address + (70 / 64), FirstClient + 64, clients: 64);

        Assert.Equal(1008u, rule.PortsPerClient);
        Assert.Equal(6u, rule.OwnerOf(FirstClient + 70));
        Assert.Equal(7072, rule.PortAt(6, 0));
        Assert.Equal(8079, rule.PortAt(6, 1007));
    }

    [Fact]
    public void Port_set_0x34_of_RFC_7597_is_63_runs_of_four()
    {
        var rule = BlockRule.MapE(Address, FirstClient, offsetBits: 6, setBits: 8);

        ushort[] ports = [.. Enumerable.Range(0, (int)rule.PortsPerClient).Select(place => rule.PortAt(0x34, (uint)place))];

        Assert.Equal(252, ports.Length);
        Assert.Equal([1232, 1233, 1234, 1235, 2256, 2257, 2258, 2259], ports[..8].Select(port => (int)port));
        Assert.Equal([63696, 63697, 63698, 63699, 64720, 64721, 64722, 64723], ports[^8..].Select(port => (int)port));
    }

    [Fact]
    public void A_cloud_address_serves_1008_machines_with_64_ports() =>
        Assert.Equal(1008u, BlockRule.Fixed(PortRange.Common, Address, FirstClient, size: 64).Clients);

    [Theory]
    [InlineData(6, 6)]
    [InlineData(4, 4)]
    [InlineData(1, 3)]
    public void Port_sets_are_disjoint_and_leave_out_the_first_block(int offsetBits, int setBits)
    {
        var rule = BlockRule.MapE(Address, FirstClient, offsetBits, setBits);

        ushort[] all =
        [
            .. from owner in Enumerable.Range(0, (int)rule.Clients)
               from place in Enumerable.Range(0, (int)rule.PortsPerClient)
               select rule.PortAt((uint)owner, (uint)place),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(65536 - (1 << (16 - offsetBits)), all.Length);
        Assert.True(all.Min() >= 1 << (16 - offsetBits));
    }

    [Theory]
    [InlineData("blocks-rfc7422")]
    [InlineData("blocks-map-e")]
    [InlineData("blocks-cloud")]
    public void A_full_block_refuses_though_others_are_free(string name)
    {
        AllocatorSystem system = AllocatorCatalog.All.Single(system => system.Name == name);
        int ports = name == "blocks-cloud" ? 64 : 1008;
        using SystemTable table = system.Racer()!.Create(
            new SystemSetup(system.DefaultRange, Workers: 1, Capacity: 2048, Pool: 1, Seed: 1));
        var tally = new SystemTally();
        FlowTuple<uint>[] flows =
        [
            .. Enumerable.Range(0, ports + 1).Select(i => new FlowTuple<uint>(17, 0x0A000002, (ushort)(20_000 + i), 0xC6120000, 53)),
        ];

        table.Connect(0, flows, windowTicks: 0, default(Unpaced), tally);

        Assert.Equal((ports, 1), (tally.Inserted, tally.Refused));
    }

    [Fact]
    public void A_client_without_a_block_is_refused()
    {
        var rule = BlockRule.Deterministic(Address, FirstClient, clients: 64);

        Assert.Null(rule.OwnerOf(FirstClient + 64));
        Assert.Null(rule.OwnerOf(FirstClient - 1));
    }
}
