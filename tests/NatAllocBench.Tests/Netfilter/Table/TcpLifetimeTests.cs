using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>States, ASSURED and timeouts of TCP entries (specification section 8).</summary>
public sealed class TcpLifetimeTests
{
    private static readonly ConntrackTuple<IPv4Address> Client = Flow("10.0.0.2", 40000);
    private static readonly ConntrackTuple<IPv4Address> Answer = Client.Invert();

    public static TheoryData<string> AllEras => EraSets.All;

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Connection_walks_through_its_states_with_the_kernels_timeouts(string era)
    {
        using Gateway gateway = Opened(era);
        Assert.Equal(120_000u, Remaining(gateway));

        foreach ((bool reply, TcpSegment segment, TcpState state, uint seconds) in ((bool, TcpSegment, TcpState, uint)[])
            [(true, TcpSegment.SynAck, TcpState.SynRecv, 60), (false, TcpSegment.Ack, TcpState.Established, 432_000),
            (false, TcpSegment.Fin, TcpState.FinWait, 120), (true, TcpSegment.Ack, TcpState.CloseWait, 60),
            (true, TcpSegment.Fin, TcpState.LastAck, 30), (false, TcpSegment.Ack, TcpState.TimeWait, 120)])
        {
            Assert.Equal(PacketOutcome.Accepted, Send(gateway, reply, segment));
            Assert.Equal(state, EntryStatus.State(StatusOf(gateway)));
            Assert.Equal(seconds * 1000, Remaining(gateway));
        }
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Connection_is_assured_when_the_handshake_is_complete(string era)
    {
        using Gateway gateway = Opened(era);

        Send(gateway, true, TcpSegment.SynAck);
        Assert.Equal(EntryStatus.SeenReply, StatusOf(gateway) & (EntryStatus.SeenReply | EntryStatus.Assured));
        Send(gateway, false, TcpSegment.Ack);
        Assert.NotEqual(0UL, StatusOf(gateway) & EntryStatus.Assured);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Retransmitted_syn_extends_the_entry_up_to_5_13_and_4_19_271_only(string era)
    {
        using Gateway gateway = Opened(era);
        gateway.Cpu.Now += 50_000;

        Assert.Equal(PacketOutcome.Accepted, Send(gateway, false, TcpSegment.Syn));

        bool extends = !EraSets.IsAtLeast(era, "5.14") && era != "4.19-lts"; // 4.19.272 took the change over
        Assert.Equal(extends ? 120_000u : 70_000u, Remaining(gateway));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rst_before_any_answer_removes_the_entry_at_once(bool reply)
    {
        using Gateway gateway = Opened("6.1");

        Assert.Equal(PacketOutcome.Removed, Send(gateway, reply, TcpSegment.Rst));
        Assert.Equal(0u, gateway.Count);
    }

    [Fact]
    public void Rst_of_an_answered_connection_leaves_it_10_s()
    {
        using Gateway gateway = Established("6.1");

        Send(gateway, true, TcpSegment.Rst);

        Assert.Equal(TcpState.Close, EntryStatus.State(StatusOf(gateway)));
        Assert.Equal(10_000u, Remaining(gateway));
    }

    [Fact]
    public void Segment_that_does_not_fit_is_invalid_and_changes_nothing()
    {
        using Gateway gateway = Opened("6.1");

        Assert.Equal(PacketOutcome.Invalid, Send(gateway, false, TcpSegment.Ack));
        Assert.Equal(TcpState.SynSent, EntryStatus.State(StatusOf(gateway)));
        Assert.Equal(1UL, gateway.Cpu.Counters.Invalid);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Syn_on_a_closed_connection_that_someone_finished_opens_a_new_one(string era)
    {
        using Gateway gateway = Established(era);
        Send(gateway, false, TcpSegment.Fin);
        Send(gateway, true, TcpSegment.Fin);
        Send(gateway, false, TcpSegment.Ack);

        Assert.Equal(PacketOutcome.LookUpAgain, Send(gateway, false, TcpSegment.Syn));
        Assert.False(gateway.Find(in Client, out _));
    }

    [Theory]
    [InlineData("3.13", PacketOutcome.Invalid)]
    [InlineData("3.15", PacketOutcome.LookUpAgain)]
    [InlineData("6.18", PacketOutcome.LookUpAgain)]
    public void Syn_of_the_answering_side_reopens_time_wait_after_3_13_only(string era, PacketOutcome outcome)
    {
        using Gateway gateway = Established(era);
        Send(gateway, false, TcpSegment.Fin);
        Send(gateway, true, TcpSegment.Fin);
        Send(gateway, false, TcpSegment.Ack);

        Assert.Equal(outcome, Send(gateway, true, TcpSegment.Syn));
    }

    [Fact]
    public void Syn_on_a_reset_connection_reopens_it_only_in_the_direction_of_the_reset()
    {
        using Gateway theirs = Established("6.1");
        Send(theirs, true, TcpSegment.Rst);
        Assert.Equal(PacketOutcome.Ignored, Send(theirs, false, TcpSegment.Syn));

        using Gateway ours = Established("6.1");
        Send(ours, false, TcpSegment.Rst);
        Assert.Equal(PacketOutcome.LookUpAgain, Send(ours, false, TcpSegment.Syn));
    }

    [Fact]
    public void Packet_of_a_freed_entry_is_told_to_look_up_again()
    {
        using Gateway gateway = Opened("6.1");
        gateway.Find(in Client, out EntryReference old);
        gateway.Kill(old);
        gateway.Confirm(gateway.Open(in Client));

        Assert.Equal(PacketOutcome.Gone, gateway.Tcp(old, TcpSegment.Ack));
        Assert.Equal(TcpState.SynSent, EntryStatus.State(StatusOf(gateway)));
    }

    private static Gateway Opened(string era)
    {
        Gateway gateway = Of(era);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Open(in Client)));
        return gateway;
    }

    private static Gateway Established(string era)
    {
        Gateway gateway = Opened(era);
        Send(gateway, true, TcpSegment.SynAck);
        Send(gateway, false, TcpSegment.Ack);
        return gateway;
    }

    private static PacketOutcome Send(Gateway gateway, bool reply, TcpSegment segment)
    {
        Assert.True(gateway.Find(reply ? Answer : Client, out EntryReference entry));
        Assert.Equal(reply ? Direction.Reply : Direction.Original, entry.Direction);
        return gateway.Tcp(entry, segment);
    }

    private static ulong StatusOf(Gateway gateway)
    {
        Assert.True(gateway.Find(in Client, out EntryReference entry));
        return entry.Status;
    }

    /// <summary>Milliseconds for which the entry can still be found.</summary>
    private static uint Remaining(Gateway gateway)
    {
        uint now = gateway.Cpu.Now;
        uint low = 0;
        uint high = 500_000_000;
        while (high - low > 1)
        {
            uint middle = low + ((high - low) / 2);
            gateway.Cpu.Now = now + middle;
            if (gateway.IsExpired(in Client))
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        gateway.Cpu.Now = now;
        return high;
    }
}
