using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Tests.Netfilter.Protocols;

public sealed class TimeoutsTests
{
    [Theory]
    [InlineData(TcpState.SynSent, 120)]
    [InlineData(TcpState.SynRecv, 60)]
    [InlineData(TcpState.Established, 432000)]
    [InlineData(TcpState.FinWait, 120)]
    [InlineData(TcpState.CloseWait, 60)]
    [InlineData(TcpState.LastAck, 30)]
    [InlineData(TcpState.TimeWait, 120)]
    [InlineData(TcpState.Close, 10)]
    [InlineData(TcpState.SynSent2, 120)]
    public void A_tcp_entry_blocks_its_tuple_for_the_time_of_its_state(TcpState state, int seconds)
        => Assert.Equal(seconds, Timeouts.Tcp(state));

    [Fact]
    public void A_tcp_entry_without_a_state_has_no_timeout()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Timeouts.Tcp(TcpState.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => Timeouts.Tcp((TcpState)10));
    }

    [Theory]
    [InlineData("4.20.17", false, 60, 30)]
    [InlineData("4.20.17", true, 0, 180)]
    [InlineData("5.0", false, 60, 30)]
    [InlineData("5.0", true, 2, 30)]
    [InlineData("5.0", true, 3, 120)]
    [InlineData("6.12.107", true, 3, 120)]
    public void A_udp_flow_lives_longer_once_answered_and_from_5_0_once_older_than_two_seconds(
        string version, bool seenReply, int age, int seconds)
        => Assert.Equal(seconds, Timeouts.Udp(KernelVersion.Parse(version), seenReply, age));

    [Theory]
    [InlineData("2.6.32", 180)]
    [InlineData("4.20", 180)]
    [InlineData("5.0", 120)]
    public void The_answered_udp_timeout_dropped_to_two_minutes_in_5_0(string version, int seconds)
        => Assert.Equal(seconds, Timeouts.UdpReplied(KernelVersion.Parse(version)));
}
