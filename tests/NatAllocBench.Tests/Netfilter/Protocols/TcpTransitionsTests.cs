using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Tests.Netfilter.Protocols;

public sealed class TcpTransitionsTests
{
    private static readonly TcpState[] States = Enum.GetValues<TcpState>();

    private static TcpState Walk(params (Direction Direction, TcpSegment Segment)[] segments)
    {
        TcpState state = TcpState.None;
        foreach ((Direction direction, TcpSegment segment) in segments)
        {
            state = TcpTransitions.Next(direction, segment, state, out TcpVerdict verdict);
            Assert.Equal(TcpVerdict.Accept, verdict);
        }

        return state;
    }

    [Fact]
    public void A_handshake_and_an_orderly_close_pass_through_every_state_to_time_wait()
    {
        TcpState state = TcpState.None;
        (Direction, TcpSegment, TcpState)[] steps =
        [
            (Direction.Original, TcpSegment.Syn, TcpState.SynSent),
            (Direction.Reply, TcpSegment.SynAck, TcpState.SynRecv),
            (Direction.Original, TcpSegment.Ack, TcpState.Established),
            (Direction.Reply, TcpSegment.Ack, TcpState.Established),
            (Direction.Original, TcpSegment.Fin, TcpState.FinWait),
            (Direction.Reply, TcpSegment.Ack, TcpState.CloseWait),
            (Direction.Reply, TcpSegment.Fin, TcpState.LastAck),
            (Direction.Original, TcpSegment.Ack, TcpState.TimeWait),
        ];
        foreach ((Direction direction, TcpSegment segment, TcpState expected) in steps)
        {
            state = TcpTransitions.Next(direction, segment, state, out TcpVerdict verdict);
            Assert.Equal(TcpVerdict.Accept, verdict);
            Assert.Equal(expected, state);
        }
    }

    [Fact]
    public void Simultaneous_open_goes_through_syn_sent2()
    {
        TcpState both = Walk((Direction.Original, TcpSegment.Syn), (Direction.Reply, TcpSegment.Syn));
        Assert.Equal(TcpState.SynSent2, both);
        Assert.Equal(TcpState.SynRecv, TcpTransitions.Next(Direction.Original, TcpSegment.SynAck, both, out _));
    }

    [Fact]
    public void A_connection_picked_up_in_the_middle_is_established_by_an_original_ack_only()
    {
        Assert.Equal(TcpState.Established, TcpTransitions.Next(Direction.Original, TcpSegment.Ack, TcpState.None, out _));
        TcpTransitions.Next(Direction.Reply, TcpSegment.Ack, TcpState.None, out TcpVerdict verdict);
        Assert.Equal(TcpVerdict.Invalid, verdict);
    }

    [Fact]
    public void A_reset_closes_in_every_state_but_none()
    {
        foreach (TcpState state in States)
        {
            foreach (Direction direction in Enum.GetValues<Direction>())
            {
                TcpState next = TcpTransitions.Next(direction, TcpSegment.Rst, state, out TcpVerdict verdict);
                Assert.Equal(state == TcpState.None ? TcpVerdict.Invalid : TcpVerdict.Accept, verdict);
                Assert.Equal(state == TcpState.None ? TcpState.None : TcpState.Close, next);
            }
        }
    }

    [Theory]
    [InlineData(Direction.Original, TcpState.TimeWait)]
    [InlineData(Direction.Original, TcpState.Close)]
    [InlineData(Direction.Reply, TcpState.TimeWait)]
    public void A_syn_on_a_closed_entry_may_reopen_it(Direction direction, TcpState state)
    {
        TcpState next = TcpTransitions.Next(direction, TcpSegment.Syn, state, out TcpVerdict verdict);
        Assert.Equal(TcpVerdict.Reopen, verdict);
        Assert.Equal(TcpState.SynSent, next);
    }

    [Fact]
    public void The_older_table_differs_only_in_the_reply_syn_on_time_wait()
    {
        List<(Direction, TcpSegment, TcpState)> different = [];
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            foreach (TcpSegment segment in Enum.GetValues<TcpSegment>())
            {
                foreach (TcpState state in States)
                {
                    TcpState newer = TcpTransitions.Next(direction, segment, state, true, out TcpVerdict newVerdict);
                    TcpState older = TcpTransitions.Next(direction, segment, state, false, out TcpVerdict oldVerdict);
                    if ((newer, newVerdict) != (older, oldVerdict))
                    {
                        different.Add((direction, segment, state));
                        Assert.Equal((TcpState.TimeWait, TcpVerdict.Invalid), (older, oldVerdict));
                    }
                }
            }
        }

        Assert.Equal([(Direction.Reply, TcpSegment.Syn, TcpState.TimeWait)], different);
    }

    // Written out as text so that a slip in the packed table shows: '-' invalid, "ig" ignored, "SS*" reopen.
    [Theory]
    [InlineData(Direction.Original, TcpSegment.Syn, "SS SS ig ig ig ig ig SS* SS* S2")]
    [InlineData(Direction.Original, TcpSegment.SynAck, "- - SR - - - - - - SR")]
    [InlineData(Direction.Original, TcpSegment.Fin, "- - FW FW LA LA LA TW CL -")]
    [InlineData(Direction.Original, TcpSegment.Ack, "ES - ES ES CW CW TW TW CL -")]
    [InlineData(Direction.Original, TcpSegment.Rst, "- CL CL CL CL CL CL CL CL CL")]
    [InlineData(Direction.Reply, TcpSegment.Syn, "- S2 - - - - - SS* - S2")]
    [InlineData(Direction.Reply, TcpSegment.SynAck, "- SR ig ig ig ig ig ig ig SR")]
    [InlineData(Direction.Reply, TcpSegment.Fin, "- - FW FW LA LA LA TW CL -")]
    [InlineData(Direction.Reply, TcpSegment.Ack, "- ig SR ES CW CW TW TW CL ig")]
    [InlineData(Direction.Reply, TcpSegment.Rst, "- CL CL CL CL CL CL CL CL CL")]
    public void Every_cell_agrees_with_the_published_table(Direction direction, TcpSegment segment, string row)
    {
        string[] names = ["NO", "SS", "SR", "ES", "FW", "CW", "LA", "TW", "CL", "S2"];
        IEnumerable<string> actual = States.Select(state =>
        {
            TcpState next = TcpTransitions.Next(direction, segment, state, out TcpVerdict verdict);
            if (verdict is TcpVerdict.Ignore or TcpVerdict.Invalid)
            {
                Assert.Equal(state, next);
            }

            return verdict switch
            {
                TcpVerdict.Ignore => "ig",
                TcpVerdict.Invalid => "-",
                TcpVerdict.Reopen => names[(int)next] + "*",
                _ => names[(int)next],
            };
        });
        Assert.Equal(row, string.Join(' ', actual));
    }

    [Fact]
    public void Undefined_values_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TcpTransitions.Next((Direction)2, TcpSegment.Syn, TcpState.None, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => TcpTransitions.Next(Direction.Reply, (TcpSegment)5, TcpState.None, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => TcpTransitions.Next(Direction.Reply, TcpSegment.Rst, (TcpState)10, out _));
    }
}
