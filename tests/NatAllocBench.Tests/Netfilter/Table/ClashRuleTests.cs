using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>The clash rules of specification sections 6.2 to 6.4 that the numbered facts leave out.</summary>
public sealed class ClashRuleTests
{
    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> MergesUntranslated => EraSets.Between("4.7", "6.8").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> ReplyOnlyEntries => EraSets.Since("5.6");

    public static TheoryData<string> MergesGre => EraSets.Since("6.5");

    public static TheoryData<string> DropsGre => EraSets.UpTo("6.3").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> MergesReversed => EraSets.Since("6.12");

    public static TheoryData<string> DropsReversed => EraSets.UpTo("4.4");

    [Theory]
    [MemberData(nameof(MergesUntranslated))]
    public void Udp_flow_is_merged_into_a_resident_that_saw_no_nat_hook_up_to_6_11(string era)
    {
        using Gateway gateway = Of(era);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Open(Udp(5000))));

        Assert.Equal(ConfirmResult.Merged, gateway.Confirm(gateway.Open(Udp(5000))));
        Assert.Equal(1u, gateway.Count);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Protocols_other_than_udp_never_resolve_a_clash(string era)
    {
        foreach (IPProtocol protocol in (IPProtocol[])[IPProtocol.Tcp, IPProtocol.Sctp, IPProtocol.Dccp])
        {
            using Gateway gateway = Of(era);
            gateway.Confirm(gateway.Open(Flow("10.0.0.2", 5000, protocol: protocol)));
            Assert.Equal(ConfirmResult.Clash, gateway.Confirm(gateway.Open(Flow("10.0.0.2", 5000, protocol: protocol))));
        }

        using Gateway pinged = Of(era);
        var echo = ConntrackTuple<IPv4Address>.OfIcmp(IPv4Address.Parse("10.0.0.2"), 7, Server, IcmpTypes.EchoRequest, 0);
        pinged.Confirm(pinged.Open(in echo));
        Assert.Equal(ConfirmResult.Clash, pinged.Confirm(pinged.Open(in echo)));
    }

    [Theory]
    [MemberData(nameof(ReplyOnlyEntries))]
    public void Udp_lite_resolves_clashes_as_udp_does(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(Flow("10.0.0.2", 5000, protocol: IPProtocol.UdpLite)));

        Assert.Equal(ConfirmResult.Merged, gateway.Confirm(gateway.Open(Flow("10.0.0.2", 5000, protocol: IPProtocol.UdpLite))));
    }

    [Theory]
    [MemberData(nameof(MergesGre))]
    public void Gre_resolves_clashes_as_udp_does_since_6_5(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(Gre()));

        Assert.Equal(ConfirmResult.Merged, gateway.Confirm(gateway.Open(Gre())));
        Assert.Equal(1UL, gateway.Cpu.Counters.ClashResolve);
    }

    [Theory]
    [MemberData(nameof(DropsGre))]
    public void Gre_clash_is_dropped_before_6_5(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(Gre()));

        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(gateway.Open(Gre())));
    }

    [Fact]
    public void Gre_keys_are_never_changed_so_two_clients_of_one_server_clash()
    {
        using Gateway gateway = Of("6.12");
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Allocate(Gre()).Slot));

        Allocation second = gateway.Allocate(Gre("10.0.0.3"));

        Assert.Equal(PortChoice.Unchanged, second.Choice);
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(second.Slot));
    }

    [Theory]
    [InlineData("6.18", ConfirmResult.Clash)]
    [InlineData("7.0", ConfirmResult.Merged)]
    public void Unknown_protocols_resolve_clashes_since_7_0(string era, ConfirmResult second)
    {
        const IPProtocol Ospf = (IPProtocol)89;
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(Flow("10.0.0.2", 0, serverPort: 0, protocol: Ospf)));

        Assert.Equal(second, gateway.Confirm(gateway.Open(Flow("10.0.0.2", 0, serverPort: 0, protocol: Ospf))));
    }

    [Fact]
    public void Reply_only_gre_entry_is_never_assured_but_an_answered_flow_is()
    {
        using Gateway gateway = Of("6.12");
        ConntrackTuple<IPv4Address> reply = ReplyOnlyEntry(gateway, IPProtocol.Gre);

        Assert.Equal(0UL, StatusAfterAnswers(gateway, in reply) & EntryStatus.Assured);
        ConntrackTuple<IPv4Address> answered = Gre("10.0.0.9");
        gateway.Confirm(gateway.Open(in answered));
        Assert.NotEqual(0UL, StatusAfterAnswers(gateway, answered.Invert()) & EntryStatus.Assured);
    }

    [Theory]
    [MemberData(nameof(MergesReversed))]
    public void Reverse_flow_is_merged_since_6_12(string era)
    {
        using Gateway gateway = Of(era);
        ConntrackTuple<IPv4Address> flow = Udp(5000);
        gateway.Confirm(gateway.Open(in flow));

        Assert.Equal(ConfirmResult.Merged, gateway.Confirm(gateway.Open(flow.Invert())));
        Assert.Equal(1UL, gateway.Cpu.Counters.ClashResolve);
    }

    [Theory]
    [MemberData(nameof(DropsReversed))]
    public void Any_clash_is_dropped_up_to_4_6(string era)
    {
        using Gateway gateway = Of(era);
        ConntrackTuple<IPv4Address> flow = Udp(5000);
        gateway.Confirm(gateway.Open(in flow));

        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(gateway.Open(flow.Invert())));
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(gateway.Open(in flow)));
        Assert.Equal(2UL, gateway.Cpu.Counters.InsertFailed);
        Assert.Equal(0UL, gateway.Cpu.Counters.Drop);
    }

    [Theory]
    [InlineData("5.6", PacketOutcome.Removed)]
    [InlineData("5.9", PacketOutcome.Accepted)]
    [InlineData("6.18", PacketOutcome.Accepted)]
    public void First_reply_ends_a_reply_only_entry_up_to_5_8_and_never_extends_it_later(string era, PacketOutcome outcome)
    {
        using Gateway gateway = Of(era);
        ConntrackTuple<IPv4Address> reply = ReplyOnlyEntry(gateway);
        Assert.True(gateway.Find(in reply, out EntryReference entry));

        Assert.Equal(outcome, gateway.Datagram(entry));

        for (int second = 0; second < 2 && outcome == PacketOutcome.Accepted; second++)
        {
            Assert.True(gateway.Find(in reply, out entry));
            gateway.Datagram(entry);
            Assert.Equal(0UL, gateway.Status(entry.Slot) & EntryStatus.Assured);
        }

        gateway.Cpu.Now += 1000;
        Assert.False(gateway.Find(in reply, out _));
        gateway.Collect();
        Assert.Equal(1, gateway.Audit().Entries);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Dying_entry_is_accepted_without_insertion_up_to_3_15_and_counted_as_insert_failed_later(string era)
    {
        using Gateway gateway = Of(era);
        Allocation allocation = gateway.Allocate(Udp(5000));
        gateway.AddStatus(allocation.Slot, EntryStatus.Dying);

        Assert.Equal(ConfirmResult.Dying, gateway.Confirm(allocation.Slot));
        Assert.Equal(EraSets.IsAtLeast(era, "4.0") ? 1UL : 0, gateway.Cpu.Counters.InsertFailed);
        Assert.Equal(0UL, gateway.Cpu.Counters.Drop);
        Assert.Equal(0u, gateway.Count);
        Assert.Equal(new TableAudit(0, 0, 0, 0), gateway.Audit());
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Second_confirm_of_an_entry_changes_nothing(string era)
    {
        using Gateway gateway = Of(era);
        Slot slot = gateway.Open(Udp(5000));
        gateway.Confirm(slot);

        Assert.Equal(ConfirmResult.AlreadyConfirmed, gateway.Confirm(slot));
        Assert.Equal(1, gateway.Audit().Entries);
    }

    [Theory]
    [InlineData("6.11", false)]
    [InlineData("6.12", true)]
    [InlineData("6.12-lts", true)]
    [InlineData("6.18", true)]
    public void Reverse_of_an_untranslated_udp_flow_keeps_its_port_since_6_12(string release, bool keeps)
    {
        string era = release == "6.11" ? "6.8" : release;
        using Gateway gateway = Of(era);
        gateway.Draws.Enqueue(9);
        ConntrackTuple<IPv4Address> flow = Udp(5000);
        Slot first = gateway.Open(in flow);
        gateway.Translate(first, NatRange<IPv4Address>.NullBinding(gateway.Reply(first), ManipType.Source));
        gateway.Confirm(first);
        Slot reverse = gateway.Open(flow.Invert());

        Allocation allocation = gateway.Translate(
            reverse, NatRange<IPv4Address>.NullBinding(gateway.Reply(reverse), ManipType.Source));

        Assert.Equal(keeps, allocation.Port == flow.DestinationPort);
        Assert.Equal(keeps, allocation.Hits == 0);
        Assert.Equal(keeps ? 1UL : 2UL, allocation.Found);
        Assert.Equal(keeps ? ConfirmResult.Merged : ConfirmResult.InsertedReplyOnly, gateway.Confirm(reverse));
    }

    /// <summary>
    /// The three variants of the exemption (specification section 3.6): what the resident is, and whether the reverse flow keeps its port.
    /// </summary>
    [Theory]
    [InlineData(EntryStatus.SeenReply, false, true, true)]
    [InlineData(EntryStatus.Assured, false, true, true)]
    [InlineData(EntryStatus.SequenceAdjust, true, false, false)]
    [InlineData(EntryStatus.SourceNat, false, false, false)]
    [InlineData(0UL, true, true, true)]
    public void Resident_that_is_exempt_differs_between_the_variants(ulong status, bool first, bool corrected, bool last)
    {
        ConntrackTuple<IPv4Address> flow = Udp(5000);
        Assert.Equal(
            (first, corrected, last),
            (Keeps("6.12", flow, null, status), Keeps("6.16", flow, null, status), Keeps("6.18", flow, null, status)));
    }

    [Theory]
    [InlineData(0UL, true, false, true)]
    [InlineData(EntryStatus.DestinationNat, true, false, false)]
    public void Resident_with_another_reply_is_looked_for_since_6_16_and_exempt_without_the_direction_test(
        ulong status, bool first, bool corrected, bool last)
    {
        ConntrackTuple<IPv4Address> flow = Udp(5000);
        ConntrackTuple<IPv4Address> otherReply = Flow("192.0.2.99", 53, IPv4Address.Parse("10.0.0.2"), 5000, IPProtocol.Udp);
        Assert.Equal(
            (first, corrected, last),
            (Keeps("6.12", flow, otherReply, status), Keeps("6.16", flow, otherReply, status), Keeps("6.18", flow, otherReply, status)));
    }

    private static bool Keeps(string era, ConntrackTuple<IPv4Address> original, ConntrackTuple<IPv4Address>? reply, ulong status)
    {
        using Gateway gateway = Of(era);
        Assert.NotEqual(Slot.None, gateway.Restore(in original, reply ?? original.Invert(), status, 30_000));
        Slot reverse = gateway.Open(original.Invert());
        return gateway.Translate(reverse, NatRange<IPv4Address>.NullBinding(gateway.Reply(reverse), ManipType.Source)).Port
            == original.DestinationPort;
    }

    private static ConntrackTuple<IPv4Address> Gre(string client = "10.0.0.2") => Flow(client, 0, serverPort: 0, protocol: IPProtocol.Gre);

    private static ulong StatusAfterAnswers(Gateway gateway, in ConntrackTuple<IPv4Address> reply)
    {
        EntryReference entry = default;
        for (int answer = 0; answer < 3; answer++)
        {
            Assert.True(gateway.Find(in reply, out entry));
            Assert.Equal(PacketOutcome.Accepted, gateway.Datagram(entry));
        }

        return gateway.Status(entry.Slot);
    }

    private static ConntrackTuple<IPv4Address> Udp(ushort port) => Flow("10.0.0.2", port, protocol: IPProtocol.Udp);

    /// <summary>Two packets of one socket that DNAT sends to two backends; returns the reply tuple of the second.</summary>
    private static ConntrackTuple<IPv4Address> ReplyOnlyEntry(Gateway gateway, IPProtocol protocol = IPProtocol.Udp)
    {
        ConntrackTuple<IPv4Address> original = Flow("10.0.0.2", 5000, Address, 53, protocol);
        Allocation first = gateway.Allocate(
            in original, NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("10.1.1.1")), ManipType.Destination);
        Allocation second = gateway.Allocate(
            in original, NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("10.1.1.2")), ManipType.Destination);
        gateway.Confirm(first.Slot);
        Assert.Equal(ConfirmResult.InsertedReplyOnly, gateway.Confirm(second.Slot));
        return second.Mapped.Invert();
    }
}
