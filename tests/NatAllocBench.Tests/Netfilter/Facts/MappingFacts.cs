using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>Facts 22 to 29: the first three steps of the choice.</summary>
[Trait("Fact", "12")]
public sealed class MappingFacts
{
    private static readonly NatRange<IPv4Address> Pool =
        NatRange<IPv4Address>.Pool(IPv4Address.Parse("203.0.113.10"), IPv4Address.Parse("203.0.113.13"));

    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> WithRandomFully => EraSets.Since("3.14").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> WithUnionPoolHash => EraSets.Since("3.13").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> FirstMappingOnly => EraSets.Between("4.9", "4.11").With("4.9-lts");

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_22_masquerade_without_a_clash_keeps_the_port_for_one_probe(string era)
    {
        using Gateway gateway = Of(era);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000));

        Assert.Equal(Flow("198.51.100.1", 40000), allocation.Mapped);
        Assert.Equal((1UL, 0UL), (allocation.Probes, allocation.Found));
        Assert.Equal(PortChoice.Kept, allocation.Choice);
    }

    [Theory]
    [MemberData(nameof(WithRandomFully))]
    public void Fact_23_random_fully_changes_a_free_port(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Draws.Enqueue(5);

        Assert.Equal(1029, gateway.Allocate(Flow("10.0.0.2", 40000), NatFlags.ProtoRandomFully).Port);
    }

    [Fact]
    public void Random_fully_is_not_looked_at_before_3_14()
    {
        using Gateway gateway = Of("3.13");

        Assert.Equal(40000, gateway.Allocate(Flow("10.0.0.2", 40000), NatFlags.ProtoRandomFully).Port);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_24_socket_keeps_its_mapping_towards_another_destination(string era)
    {
        using Gateway gateway = Of(era);
        RestoreMapping(gateway, 40000, 1030, Server);

        Allocation reused = gateway.Allocate(Flow("10.0.0.1", 40000, OtherServer));
        Allocation random = gateway.Allocate(Flow("10.0.0.1", 40000, IPv4Address.Parse("192.0.2.3")), NatFlags.ProtoRandom);

        Assert.Equal((1030, PortChoice.SameSource, 1UL), (reused.Port, reused.Choice, reused.Probes));
        Assert.Equal(PortChoice.Searched, random.Choice);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Mapping_of_an_unconfirmed_or_newest_connection_is_reused_and_a_dropped_one_is_not(string era)
    {
        using Gateway gateway = Of(era);
        RestoreMapping(gateway, 40000, 1030, Server);
        Allocation newest = gateway.Allocate(
            Flow("10.0.0.1", 40000, OtherServer), Masquerade(NatFlags.ProtoRandom).WithPorts(2000, 2000));

        Allocation reused = gateway.Allocate(Flow("10.0.0.1", 40000, IPv4Address.Parse("192.0.2.3")));
        Assert.Equal((2000, PortChoice.SameSource), (reused.Port, reused.Choice));

        gateway.Drop(reused.Slot);
        gateway.Drop(newest.Slot);
        Assert.Equal(1030, gateway.Allocate(Flow("10.0.0.1", 40000, IPv4Address.Parse("192.0.2.4"))).Port);
    }

    [Theory]
    [MemberData(nameof(FirstMappingOnly))]
    public void From_4_9_to_4_12_only_the_newest_mapping_of_a_socket_is_tried(string era) =>
        Assert.Equal(PortChoice.Searched, ReuseOfOlderMapping(era));

    [Theory]
    [InlineData("2.6.32")]
    [InlineData("4.7")]
    [InlineData("4.14")]
    [InlineData("5.10")]
    [InlineData("6.18")]
    public void In_other_eras_every_mapping_of_a_socket_is_tried(string era) =>
        Assert.Equal(PortChoice.SameSource, ReuseOfOlderMapping(era));

    [Theory]
    [MemberData(nameof(WithUnionPoolHash))]
    public void Fact_25_pool_address_is_a_function_of_client_and_destination(string era)
    {
        using Gateway gateway = Of(era);
        foreach ((int client, IPv4Address server, string chosen) in ((int, IPv4Address, string)[])
            [(1, Server, "203.0.113.12"), (1, OtherServer, "203.0.113.10"), (2, Server, "203.0.113.13"),
            (2, OtherServer, "203.0.113.11"), (3, Server, "203.0.113.11")])
        {
            Assert.Equal(IPv4Address.Parse(chosen), PoolAddress(gateway, client, server, Pool));
        }

        NatRange<IPv4Address> persistent = NatRange<IPv4Address>.Pool(Pool.MinAddress, Pool.MaxAddress, NatFlags.Persistent);
        foreach ((int client, string chosen) in ((int, string)[])[(1, "203.0.113.11"), (2, "203.0.113.13"), (3, "203.0.113.13")])
        {
            Assert.Equal(IPv4Address.Parse(chosen), PoolAddress(gateway, client, Server, persistent));
            Assert.Equal(IPv4Address.Parse(chosen), PoolAddress(gateway, client, OtherServer, persistent));
        }
    }

    [Theory]
    [InlineData("fd00::1", NatFlags.None, "2001:db8:1::12")]
    [InlineData("fd00::2", NatFlags.None, "2001:db8:1::12")]
    [InlineData("fd00::1", NatFlags.Persistent, "2001:db8:1::1d")]
    [InlineData("fd00::2", NatFlags.Persistent, "2001:db8:1::11")]
    public void Fact_26_ipv6_pool_address(string client, NatFlags flags, string chosen)
    {
        var tuple = ConntrackTuple<IPv6Address>.Of(IPProtocol.Tcp, IPv6Address.Parse(client), 1, IPv6Address.Parse("2001:db8::1"), 80);
        NatRange<IPv6Address> pool =
            NatRange<IPv6Address>.Pool(IPv6Address.Parse("2001:db8:1::10"), IPv6Address.Parse("2001:db8:1::1f"), flags);

        AddressPool.Choose(ref tuple, in pool, ManipType.Source, PoolHash.Jenkins3Union);

        Assert.Equal(IPv6Address.Parse(chosen), tuple.Source);
    }

    [Theory]
    [MemberData(nameof(WithUnionPoolHash))]
    public void Fact_27_no_other_pool_address_is_tried_when_one_is_exhausted(string era)
    {
        using Gateway gateway = Of(era);
        IPv4Address chosen = IPv4Address.Parse("203.0.113.12");
        gateway.Hold(5000, 5001, address: chosen);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.1", 40000), Pool.WithPorts(5000, 5001));

        Assert.Equal(chosen, allocation.Mapped.Source);
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(allocation.Slot));
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_28_null_bindings_cost_a_probe_at_each_hook_and_translate_nothing(string era)
    {
        using Gateway gateway = Of(era);
        Slot slot = gateway.Open(Flow("10.0.0.2", 40000));

        Allocation prerouting = NullBind(gateway, slot, ManipType.Destination);
        Allocation postrouting = NullBind(gateway, slot, ManipType.Source);

        Assert.Equal((1UL, 1UL), (prerouting.Probes, postrouting.Probes));
        Assert.Equal(Flow("10.0.0.2", 40000), postrouting.Mapped);
        Assert.Equal(EntryStatus.NatDoneMask, gateway.Status(slot) & (EntryStatus.NatDoneMask | EntryStatus.NatMask));
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_29_null_bound_connection_whose_reply_tuple_is_taken_gets_another_source_port(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(40000, 40000, address: IPv4Address.Parse("10.0.0.2"));
        gateway.Draws.Enqueue(9);
        Slot slot = gateway.Open(Flow("10.0.0.2", 40000));

        Allocation allocation = NullBind(gateway, slot, ManipType.Source);

        Assert.Equal(IPv4Address.Parse("10.0.0.2"), allocation.Mapped.Source);
        Assert.NotEqual(40000, allocation.Port);
        Assert.Equal(
            EntryStatus.SourceNat | EntryStatus.SourceNatDone,
            gateway.Status(slot) & (EntryStatus.NatDoneMask | EntryStatus.NatMask));
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(slot));
    }

    private static Allocation NullBind(Gateway gateway, Slot slot, ManipType manip) =>
        gateway.Translate(slot, NatRange<IPv4Address>.NullBinding(gateway.Reply(slot), manip), manip);

    private static void RestoreMapping(Gateway gateway, ushort port, ushort natPort, IPv4Address server)
    {
        ConntrackTuple<IPv4Address> mapped = Flow("198.51.100.1", natPort, server);
        gateway.Restore(
            Flow("10.0.0.1", port, server), mapped.Invert(), EntryStatus.SourceNat | EntryStatus.SourceNatDone, 100_000);
    }

    /// <summary>The older of two mappings of a socket lies in the rule's ports, the newer does not.</summary>
    private static PortChoice ReuseOfOlderMapping(string era)
    {
        using Gateway gateway = Of(era);
        RestoreMapping(gateway, 40000, 1030, Server);
        RestoreMapping(gateway, 40000, 2030, OtherServer);
        return gateway.Allocate(Flow("10.0.0.1", 40000, IPv4Address.Parse("192.0.2.3")), Masquerade().WithPorts(1000, 1099)).Choice;
    }

    private static IPv4Address PoolAddress(Gateway gateway, int client, IPv4Address server, in NatRange<IPv4Address> pool)
    {
        Allocation allocation = gateway.Allocate(Flow($"10.0.0.{client}", 40000, server), in pool);
        gateway.Drop(allocation.Slot);
        return allocation.Mapped.Source;
    }
}
