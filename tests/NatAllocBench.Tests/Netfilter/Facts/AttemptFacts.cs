using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>Facts 9, 12, 13, 40 and 41: the limited search from 5.0 on, and the eviction from 6.5 on.</summary>
[Trait("Fact", "12")]
public sealed class AttemptFacts
{
    private const ulong Closed = EntryStatus.SourceNat;

    public static TheoryData<string> LimitedEras => EraSets.Since("5.0").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> WithoutEviction => EraSets.Between("5.0", "6.3").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> WithEviction => EraSets.Since("6.5");

    [Theory]
    [MemberData(nameof(LimitedEras))]
    public void Fact_09_full_range_of_10_is_probed_once_through(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5009);
        gateway.Draws.Enqueue(4);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5009));

        Assert.Equal(5003, allocation.Port);
        Assert.Equal(10UL, allocation.Probes);
        Assert.Equal(PortChoice.Exhausted, allocation.Choice);
    }

    [Theory]
    [MemberData(nameof(WithoutEviction))]
    public void Fact_12_attempts_in_a_full_range_are_248_or_the_size_up_to_128(string era)
    {
        foreach ((int size, ulong probes) in ((int, ulong)[])[(64512, 248), (128, 128), (129, 248), (100, 100), (16, 16)])
        {
            Allocation allocation = SearchInFullRange(era, size, IPProtocol.Tcp);
            Assert.Equal(probes, allocation.Probes);
            Assert.Equal(probes, allocation.Found);
        }
    }

    [Theory]
    [MemberData(nameof(WithEviction))]
    public void Fact_13_probes_that_may_evict_do_not_move_found(string era)
    {
        foreach ((int size, ulong found, ulong probes) in ((int, ulong, ulong)[])[(64512, 128, 248), (20, 0, 20), (100, 68, 100)])
        {
            Allocation allocation = SearchInFullRange(era, size, IPProtocol.Tcp);
            Assert.Equal(found, allocation.Found);
            Assert.Equal(probes, allocation.Probes);
            Assert.Equal(probes, allocation.Hits);
        }

        Assert.Equal(248UL, SearchInFullRange(era, 64512, IPProtocol.Udp).Found);
    }

    [Theory]
    [MemberData(nameof(WithEviction))]
    public void Fact_40_closing_resident_is_evicted_by_a_syn_with_a_higher_sequence_number(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5000, status: Closed, state: TcpState.TimeWait, tdEnd: 1000);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: 1001);

        Assert.Equal(5000, allocation.Port);
        Assert.Equal(1UL, gateway.Cpu.Evictions);
        Assert.False(gateway.Find(Flow("10.99.0.1", 5000), out _));
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(allocation.Slot));
        Assert.Equal(1, gateway.Audit().Entries);
    }

    [Theory]
    [InlineData(1000u, 1000u)]
    [InlineData(1000u, 999u)]
    [InlineData(0u, 0x80000000u)]
    [InlineData(5u, 0xFFFFFFF0u)]
    public void Fact_40_syn_with_an_equal_or_lower_sequence_number_is_dropped_at_confirm(uint old, uint fresh)
    {
        foreach (string era in WithEviction)
        {
            using Gateway gateway = Of(era);
            gateway.Hold(5000, 5000, status: Closed, state: TcpState.TimeWait, tdEnd: old);

            Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: fresh);

            Assert.Equal(5000, allocation.Port);
            Assert.Equal(ConfirmResult.Clash, gateway.Confirm(allocation.Slot));
        }
    }

    [Theory]
    [InlineData(4001u, false)]
    [InlineData(5000u, false)]
    [InlineData(5001u, true)]
    public void Fact_40_the_resident_keeps_the_highest_sequence_number_of_its_client(uint fresh, bool evicts)
    {
        using Gateway gateway = Of("6.12");
        ConntrackTuple<IPv4Address> client = Flow("10.0.0.1", 5000);
        gateway.Confirm(gateway.Allocate(in client, Masquerade(), tdEnd: 1000).Slot);
        Assert.True(gateway.Find(in client, out EntryReference entry));
        ConntrackTuple<IPv4Address> reply = gateway.Reply(entry.Slot);
        foreach ((bool isReply, TcpSegment segment, uint end) in ((bool, TcpSegment, uint)[])
            [(true, TcpSegment.SynAck, 9000), (false, TcpSegment.Ack, 5000), (false, TcpSegment.Ack, 4000), (false, TcpSegment.Rst, 3000)])
        {
            Assert.True(gateway.Find(isReply ? reply : client, out entry));
            Assert.Equal(PacketOutcome.Accepted, gateway.Tcp(entry, segment, end));
        }

        Allocation second = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: fresh);

        Assert.Equal(evicts, gateway.Cpu.Evictions == 1);
        Assert.Equal(evicts ? ConfirmResult.Inserted : ConfirmResult.Clash, gateway.Confirm(second.Slot));
    }

    [Theory]
    [MemberData(nameof(WithoutEviction))]
    public void Fact_40_before_6_5_nothing_is_evicted(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5000, status: Closed, state: TcpState.TimeWait, tdEnd: 1000);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: 2000);

        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(allocation.Slot));
    }

    [Theory]
    [InlineData(TcpState.SynSent, Closed)]
    [InlineData(TcpState.SynRecv, Closed)]
    [InlineData(TcpState.Established, Closed)]
    [InlineData(TcpState.FinWait, Closed)]
    [InlineData(TcpState.CloseWait, Closed)]
    [InlineData(TcpState.LastAck, Closed)]
    [InlineData(TcpState.TimeWait, 0UL)]
    [InlineData(TcpState.TimeWait, Closed | EntryStatus.FixedTimeout)]
    public void Fact_41_entry_that_is_not_closing_or_not_translated_or_fixed_is_never_evicted(TcpState state, ulong status)
    {
        foreach (string era in WithEviction)
        {
            using Gateway gateway = Of(era);
            gateway.Hold(5000, 5000, status: status, state: state, tdEnd: 1000);

            Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: 2000);

            Assert.Equal(0UL, gateway.Cpu.Evictions);
            Assert.Equal(ConfirmResult.Clash, gateway.Confirm(allocation.Slot));
        }
    }

    [Theory]
    [InlineData(TcpState.TimeWait, true)]
    [InlineData(TcpState.Close, true)]
    [InlineData(TcpState.SynSent2, true)]
    public void Closing_states_are_those_from_time_wait_on(TcpState state, bool evicted)
    {
        using Gateway gateway = Of("6.12");
        gateway.Hold(5000, 5000, status: Closed, state: state, tdEnd: 1000);

        gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: 2000);

        Assert.Equal(evicted, gateway.Cpu.Evictions == 1);
    }

    [Fact]
    public void Eviction_of_an_offloaded_entry_still_answers_taken()
    {
        using Gateway gateway = Of("6.12");
        gateway.Hold(5000, 5000, status: Closed | EntryStatus.Offload, state: TcpState.TimeWait, tdEnd: 1000);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000), tdEnd: 2000);

        Assert.Equal(PortChoice.Exhausted, allocation.Choice);
        Assert.Equal(1UL, gateway.Cpu.Evictions);
        Assert.False(gateway.Find(Flow("10.99.0.1", 5000), out _));
    }

    private static Allocation SearchInFullRange(string era, int size, IPProtocol protocol)
    {
        using Gateway gateway = Of(era, buckets: size > 1000 ? 262_144u : 4096, maxConnections: (uint)size + 100);
        gateway.Hold(1024, 1023 + size, protocol: protocol);
        NatRange<IPv4Address> rule = Masquerade(NatFlags.ProtoRandomFully).WithPorts(1024, (ushort)(1023 + size));
        return gateway.Allocate(Flow("10.0.0.2", 40000, protocol: protocol), in rule);
    }
}
