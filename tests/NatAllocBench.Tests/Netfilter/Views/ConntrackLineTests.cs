using System.Net;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Tests.Netfilter.Views;

public sealed class ConntrackLineTests
{
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Server = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Nat = IPAddress.Parse("198.51.100.1");

    [Fact]
    public void A_closed_masqueraded_connection_prints_state_and_assured()
    {
        ConntrackLine line = new(
            6, 117, TcpState.TimeWait, LineTuple.Ports(Client, Server, 40000, 80), LineTuple.Ports(Server, Nat, 80, 1027),
            SeenReply: true, Assured: true, Use: 2);
        Assert.Equal(
            "tcp      6 117 TIME_WAIT src=10.0.0.1 dst=192.0.2.1 sport=40000 dport=80 "
            + "src=192.0.2.1 dst=198.51.100.1 sport=80 dport=1027 [ASSURED] mark=0 use=2",
            line.ToCommandLine());
    }

    [Fact]
    public void An_unanswered_syn_prints_unreplied_between_the_directions()
        => Assert.Equal(
            "tcp      6 119 SYN_SENT src=10.0.0.1 dst=192.0.2.1 sport=40000 dport=443 [UNREPLIED] "
            + "src=192.0.2.1 dst=198.51.100.1 sport=443 dport=40000 mark=0 use=1",
            new ConntrackLine(
                6, 119, TcpState.SynSent, LineTuple.Ports(Client, Server, 40000, 443), LineTuple.Ports(Server, Nat, 443, 40000),
                SeenReply: false, Assured: false).ToCommandLine());

    [Fact]
    public void A_udp_flow_has_no_state()
        => Assert.Equal(
            "udp      17 29 src=10.0.0.1 dst=192.0.2.1 sport=5353 dport=53 [UNREPLIED] "
            + "src=192.0.2.1 dst=198.51.100.1 sport=53 dport=5353 mark=7 use=1",
            new ConntrackLine(
                17, 29, TcpState.None, LineTuple.Ports(Client, Server, 5353, 53), LineTuple.Ports(Server, Nat, 53, 5353),
                SeenReply: false, Assured: false, Mark: 7).ToCommandLine());

    [Fact]
    public void An_echo_prints_type_code_and_id_in_both_directions()
        => Assert.Equal(
            "icmp     1 29 src=10.0.0.1 dst=192.0.2.1 type=8 code=0 id=20260 "
            + "src=192.0.2.1 dst=198.51.100.1 type=0 code=0 id=20260 mark=0 use=1",
            new ConntrackLine(
                1, 29, TcpState.None, LineTuple.Query(Client, Server, 8, 0, 20260), LineTuple.Query(Server, Nat, 0, 0, 20260),
                SeenReply: true, Assured: false).ToCommandLine());

    [Fact]
    public void IPv6_addresses_are_printed_in_short()
    {
        IPAddress source = IPAddress.Parse("fd00::1");
        IPAddress destination = IPAddress.Parse("2001:db8::80");
        ConntrackLine line = new(
            58, 30, TcpState.None, LineTuple.Query(source, destination, 128, 0, 2), LineTuple.Query(destination, source, 129, 0, 2),
            SeenReply: false, Assured: false, Use: 2);
        Assert.Equal(
            "icmpv6   58 30 src=fd00::1 dst=2001:db8::80 type=128 code=0 id=2 [UNREPLIED] "
            + "src=2001:db8::80 dst=fd00::1 type=129 code=0 id=2 mark=0 use=2",
            line.ToCommandLine());
    }

    [Fact]
    public void An_unknown_protocol_prints_addresses_only()
        => Assert.Equal(
            "unknown  50 600 src=10.0.0.1 dst=192.0.2.1 [UNREPLIED] src=192.0.2.1 dst=198.51.100.1 mark=0 use=1",
            new ConntrackLine(
                50, 600, TcpState.None, LineTuple.Ports(Client, Server, 0, 0), LineTuple.Ports(Server, Nat, 0, 0),
                SeenReply: false, Assured: false).ToCommandLine());

    [Fact]
    public void A_state_the_tracker_does_not_have_is_refused()
        => Assert.Throws<InvalidOperationException>(() => new ConntrackLine(
            6, 1, (TcpState)10, LineTuple.Ports(Client, Server, 1, 2), LineTuple.Ports(Server, Nat, 2, 1), true, true).ToCommandLine());
}
