using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>ASSURED and timeouts of UDP, ICMP and untracked protocols (specification section 8).</summary>
public sealed class UdpLifetimeTests
{
    public static TheoryData<string> AllEras => EraSets.All;

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Flow_younger_than_2_s_stays_short_from_5_0_on(string era)
    {
        using Gateway gateway = Answered(era, out ConntrackTuple<IPv4Address> client);

        Send(gateway, in client);

        AssertLives(gateway, in client, EraSets.IsAtLeast(era, "5.0") ? 30_000u : 180_000u);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Answered_flow_older_than_2_s_lives_180_s_and_120_s_from_5_0_on(string era)
    {
        using Gateway gateway = Answered(era, out ConntrackTuple<IPv4Address> client);
        gateway.Cpu.Now += 2001;

        Send(gateway, in client);

        AssertLives(gateway, in client, EraSets.IsAtLeast(era, "5.0") ? 120_000u : 180_000u);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Unanswered_flow_lives_30_s_from_its_last_packet(string era)
    {
        using Gateway gateway = Of(era);
        ConntrackTuple<IPv4Address> client = Flow("10.0.0.2", 40000, protocol: IPProtocol.Udp);
        gateway.Confirm(gateway.Open(in client));
        gateway.Cpu.Now += 20_000;

        Send(gateway, in client);

        AssertLives(gateway, in client, 30_000);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Flow_is_assured_by_the_first_packet_after_an_answer_and_from_5_17_on_after_2_s_only(string era)
    {
        using Gateway gateway = Answered(era, out ConntrackTuple<IPv4Address> client);
        Assert.False(IsAssured(gateway, in client));

        Send(gateway, in client);
        Assert.Equal(!EraSets.IsAtLeast(era, "5.17"), IsAssured(gateway, in client));

        gateway.Cpu.Now += 2001;
        Send(gateway, in client);
        Assert.True(IsAssured(gateway, in client));
    }

    [Theory]
    [InlineData(IPProtocol.Icmp, 30_000u)]
    [InlineData(IPProtocol.Sctp, 600_000u)]
    [InlineData(IPProtocol.Dccp, 600_000u)]
    public void Other_protocols_keep_one_timeout(IPProtocol protocol, uint lifetime)
    {
        using Gateway gateway = Of("6.1");
        ConntrackTuple<IPv4Address> client = protocol == IPProtocol.Icmp
            ? ConntrackTuple<IPv4Address>.OfIcmp(IPv4Address.Parse("10.0.0.2"), 7, Server, IcmpTypes.EchoRequest, 0)
            : Flow("10.0.0.2", 40000, protocol: protocol);
        gateway.Confirm(gateway.Open(in client));
        gateway.Cpu.Now += 5000;

        Send(gateway, client.Invert());
        Send(gateway, in client);

        AssertLives(gateway, in client, lifetime);
        Assert.False(IsAssured(gateway, in client));
    }

    private static Gateway Answered(string era, out ConntrackTuple<IPv4Address> client)
    {
        Gateway gateway = Of(era);
        client = Flow("10.0.0.2", 40000, protocol: IPProtocol.Udp);
        gateway.Confirm(gateway.Open(in client));
        Send(gateway, client.Invert());
        return gateway;
    }

    private static void Send(Gateway gateway, in ConntrackTuple<IPv4Address> tuple)
    {
        Assert.True(gateway.Find(in tuple, out EntryReference entry));
        Assert.Equal(PacketOutcome.Accepted, gateway.Datagram(entry));
    }

    private static bool IsAssured(Gateway gateway, in ConntrackTuple<IPv4Address> client)
    {
        Assert.True(gateway.Find(in client, out EntryReference entry));
        return (entry.Status & EntryStatus.Assured) != 0;
    }

    private static void AssertLives(Gateway gateway, in ConntrackTuple<IPv4Address> client, uint milliseconds)
    {
        uint now = gateway.Cpu.Now;
        gateway.Cpu.Now = now + milliseconds - 1;
        Assert.False(gateway.IsExpired(in client));
        gateway.Cpu.Now = now + milliseconds;
        Assert.True(gateway.IsExpired(in client));
        gateway.Cpu.Now = now;
    }
}
