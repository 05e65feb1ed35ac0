using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>Facts 30 to 36: what confirm and the probe make of two connections that meet.</summary>
[Trait("Fact", "12")]
public sealed class ConfirmFacts
{
    private static readonly IPv4Address FirstBackend = IPv4Address.Parse("10.1.1.1");
    private static readonly IPv4Address SecondBackend = IPv4Address.Parse("10.1.1.2");

    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> MergesCountAsFailed => EraSets.Between("4.19", "5.9").With("4.14-late", "4.14-lts", "4.19-lts");

    public static TheoryData<string> NatKeepsFromMerging => EraSets.Between("4.7", "4.14").With("4.9-lts", "4.18");

    public static TheoryData<string> NoReplyOnlyEntries => EraSets.UpTo("5.4").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> ReplyOnlyEntries => EraSets.Since("5.6");

    public static TheoryData<string> SameOriginEras => EraSets.Since("5.0").With("4.9-lts", "4.14-late", "4.14-lts", "4.19-lts");

    public static TheoryData<string> WithoutSameOriginRule =>
        [.. EraSets.UpTo("4.14"), .. EraSets.Between("4.18", "4.20")];

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_30_of_two_connections_with_one_reply_tuple_the_second_is_dropped(string era)
    {
        IPProtocol[] protocols = [IPProtocol.Tcp, IPProtocol.Udp, IPProtocol.UdpLite, IPProtocol.Sctp, IPProtocol.Dccp];
        foreach (IPProtocol protocol in protocols)
        {
            using Gateway gateway = Of(era);
            Allocation first = gateway.Allocate(Flow("10.0.0.2", 40000, protocol: protocol));
            Allocation second = gateway.Allocate(Flow("10.0.0.3", 40000, protocol: protocol));
            Assert.Equal(first.Mapped, second.Mapped);

            Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(first.Slot));
            Assert.Equal(ConfirmResult.Clash, gateway.Confirm(second.Slot));

            AssertCounters(gateway, insertFailed: 1, drop: EraSets.IsAtLeast(era, "4.7") ? 1u : 0, clashResolve: 0);
            Assert.Equal(first.Slot, gateway.Cpu.LastClashWith);
            Assert.Equal(1u, gateway.Count);
        }
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_31_retry_of_the_loser_finds_the_winner_and_takes_another_port(string era)
    {
        using Gateway gateway = Of(era);
        Allocation winner = gateway.Allocate(Flow("10.0.0.2", 40000));
        Allocation loser = gateway.Allocate(Flow("10.0.0.3", 40000));
        gateway.Confirm(winner.Slot);
        gateway.Confirm(loser.Slot);

        Allocation retry = gateway.Allocate(Flow("10.0.0.3", 40000));

        Assert.NotEqual(40000, retry.Port);
        Assert.True(retry.Found >= 1);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(retry.Slot));
    }

    [Theory]
    [MemberData(nameof(NatKeepsFromMerging))]
    public void Fact_32_equal_udp_flows_through_nat_are_dropped_from_4_7_to_4_18(string era)
    {
        using Gateway gateway = SecondOfEqualFlows(era, FirstBackend, out ConfirmResult result);

        Assert.Equal(ConfirmResult.Clash, result);
        AssertCounters(gateway, insertFailed: 1, drop: 1, clashResolve: 0);
    }

    [Theory]
    [MemberData(nameof(MergesCountAsFailed))]
    public void Fact_32_equal_udp_flows_are_merged_but_counted_as_insert_failed_from_4_19_to_5_9(string era)
    {
        using Gateway gateway = SecondOfEqualFlows(era, FirstBackend, out ConfirmResult result);

        Assert.Equal(ConfirmResult.Merged, result);
        AssertCounters(gateway, insertFailed: 1, drop: 0, clashResolve: 0);
        Assert.Equal(1u, gateway.Count);
    }

    [Theory]
    [MemberData(nameof(ReplyOnlyEntries))]
    public void Fact_32_equal_udp_flows_are_merged_and_counted_as_clash_resolve_since_5_10(string era)
    {
        using Gateway gateway = SecondOfEqualFlows(era, FirstBackend, out ConfirmResult result);

        bool counted = EraSets.IsAtLeast(era, "5.10");
        Assert.Equal(ConfirmResult.Merged, result);
        AssertCounters(gateway, insertFailed: counted ? 0u : 1, drop: 0, clashResolve: counted ? 1u : 0);
        Assert.Equal(1, gateway.Audit().Entries);
    }

    [Theory]
    [MemberData(nameof(NoReplyOnlyEntries))]
    public void Fact_33_udp_flows_with_different_replies_are_dropped_up_to_5_5(string era)
    {
        using Gateway gateway = SecondOfEqualFlows(era, SecondBackend, out ConfirmResult result);

        Assert.Equal(ConfirmResult.Clash, result);
        AssertCounters(gateway, insertFailed: 1, drop: EraSets.IsAtLeast(era, "4.7") ? 1u : 0, clashResolve: 0);
    }

    [Theory]
    [MemberData(nameof(ReplyOnlyEntries))]
    public void Fact_33_udp_flow_with_another_reply_stands_in_reply_direction_for_one_second_since_5_6(string era)
    {
        using Gateway gateway = SecondOfEqualFlows(era, SecondBackend, out ConfirmResult result);
        ConntrackTuple<IPv4Address> original = Flow("10.0.0.2", 5000, Address, 53, IPProtocol.Udp);
        ConntrackTuple<IPv4Address> secondReply = Flow("10.1.1.2", 53, IPv4Address.Parse("10.0.0.2"), 5000, IPProtocol.Udp);

        Assert.Equal(ConfirmResult.InsertedReplyOnly, result);
        AssertCounters(gateway, insertFailed: 0, drop: 0, clashResolve: EraSets.IsAtLeast(era, "5.10") ? 1u : 0);
        Assert.Equal(2u, gateway.Count);
        Assert.Equal(1, gateway.Audit().ReplyOnly);
        Assert.True(gateway.Find(in original, out EntryReference first));
        Assert.Equal(FirstBackend, gateway.Reply(first.Slot).Source);
        Assert.True(gateway.Find(in secondReply, out EntryReference second));
        Assert.NotEqual(first.Slot, second.Slot);

        gateway.Cpu.Now += 999;
        Assert.True(gateway.Find(in secondReply, out _));
        gateway.Cpu.Now += 1;
        Assert.False(gateway.Find(in secondReply, out _));
        Assert.Equal(1, gateway.Audit().Entries);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_34_second_packet_of_a_tcp_flow_is_dropped(string era)
    {
        using Gateway gateway = Of(era);
        Slot first = gateway.Open(Flow("10.0.0.2", 40000));
        Slot second = gateway.Open(Flow("10.0.0.2", 40000));

        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(first));
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(second));
    }

    [Theory]
    [MemberData(nameof(SameOriginEras))]
    public void Fact_35_entry_with_the_same_original_tuple_does_not_count_as_taken(string era)
    {
        using Gateway gateway = WithTwin(era, out Slot self, out ConntrackTuple<IPv4Address> reply);

        Assert.False(gateway.IsTaken(in reply, self));
        Assert.Equal(0UL, gateway.Cpu.Counters.Found);
    }

    [Theory]
    [MemberData(nameof(WithoutSameOriginRule))]
    public void Fact_35_up_to_4_20_it_does(string era)
    {
        using Gateway gateway = WithTwin(era, out Slot self, out ConntrackTuple<IPv4Address> reply);

        Assert.True(gateway.IsTaken(in reply, self));
        Assert.Equal(1UL, gateway.Cpu.Counters.Found);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_36_unconfirmed_entry_is_invisible_to_the_probe(string era)
    {
        using Gateway gateway = Of(era);
        Allocation unconfirmed = gateway.Allocate(Flow("10.0.0.2", 40000));
        ConntrackTuple<IPv4Address> reply = unconfirmed.Mapped.Invert();

        Assert.False(gateway.IsTaken(in reply, Slot.None));
        gateway.Confirm(unconfirmed.Slot);
        Assert.True(gateway.IsTaken(in reply, Slot.None));
        Assert.False(gateway.IsTaken(in reply, unconfirmed.Slot));
    }

    /// <summary>Two packets of one UDP socket to a service with two backends, each with an entry of its own; both are confirmed.</summary>
    private static Gateway SecondOfEqualFlows(string era, IPv4Address backend, out ConfirmResult result)
    {
        Gateway gateway = Of(era);
        ConntrackTuple<IPv4Address> original = Flow("10.0.0.2", 5000, Address, 53, IPProtocol.Udp);
        Allocation first = gateway.Allocate(in original, NatRange<IPv4Address>.Masquerade(FirstBackend), ManipType.Destination);
        Allocation second = gateway.Allocate(in original, NatRange<IPv4Address>.Masquerade(backend), ManipType.Destination);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(first.Slot));
        result = gateway.Confirm(second.Slot);
        Assert.Equal(first.Slot, result == ConfirmResult.InsertedReplyOnly ? first.Slot : gateway.Cpu.LastClashWith);
        return gateway;
    }

    private static Gateway WithTwin(string era, out Slot self, out ConntrackTuple<IPv4Address> reply)
    {
        Gateway gateway = Of(era);
        Allocation resident = gateway.Allocate(Flow("10.0.0.2", 40000));
        self = gateway.Open(Flow("10.0.0.2", 40000));
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(resident.Slot));
        reply = resident.Mapped.Invert();
        return gateway;
    }

    private static void AssertCounters(Gateway gateway, ulong insertFailed, ulong drop, ulong clashResolve) => Assert.Equal(
        (insertFailed, drop, clashResolve),
        (gateway.Cpu.Counters.InsertFailed, gateway.Cpu.Counters.Drop, gateway.Cpu.Counters.ClashResolve));
}
