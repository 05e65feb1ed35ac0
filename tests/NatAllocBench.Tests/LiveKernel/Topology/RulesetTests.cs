using System.Net;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Topology;

public sealed class RulesetTests
{
    public static TheoryData<NatRule, string, string> Rules => new()
    {
        { new NatRule(), "meta l4proto tcp masquerade", "-p tcp -j MASQUERADE" },
        { new NatRule { Mode = PortMode.Random }, "meta l4proto tcp masquerade random", "-j MASQUERADE --random" },
        {
            new NatRule { Protocol = LiveProtocol.Udp, Mode = PortMode.FullyRandom, Ports = new LivePortRange(30000, 30099) },
            "meta l4proto udp masquerade to :30000-30099 fully-random",
            "-p udp -j MASQUERADE --to-ports 30000-30099 --random-fully"
        },
        {
            new NatRule { Source = SourceNat.Snat, SnatLast = IPAddress.Parse("192.0.2.4"), Persistent = true, Mode = PortMode.Random },
            "snat to 192.0.2.1-192.0.2.4 random,persistent",
            "-j SNAT --to-source 192.0.2.1-192.0.2.4 --random --persistent"
        },
        {
            new NatRule { Source = SourceNat.Snat, Ports = new LivePortRange(1024, 2047) },
            "snat to 192.0.2.1:1024-2047",
            "-j SNAT --to-source 192.0.2.1:1024-2047"
        },
        { new NatRule { Source = SourceNat.TrackOnly }, "ct state new counter", "-m conntrack --ctstate NEW" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_is_one_line_in_either_language(NatRule rule, string nft, string iptables)
    {
        Assert.Contains(NftRuleset.Router(rule).Split('\n'), line => line.EndsWith(nft, StringComparison.Ordinal));
        Assert.Contains(IptablesRuleset.Router(rule).Split('\n'), line => line.EndsWith(iptables, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_backends_are_chosen_before_routing()
    {
        var rule = new NatRule { Protocol = LiveProtocol.Udp, Source = SourceNat.None, TwoBackends = true };
        string ruleset = NftRuleset.Router(rule);
        Assert.Contains("dnat to numgen random mod 2 map { 0 : 192.0.2.99, 1 : 192.0.2.98 }", ruleset, StringComparison.Ordinal);
        Assert.DoesNotContain("masquerade", ruleset, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 30000, 30015)]
    [InlineData(8192, 30000, 38191)]
    [InlineData(64512, 1024, 65535)]
    public void A_range_of_a_size_has_that_many_ports(int size, int low, int high)
    {
        var range = LivePortRange.OfSize(size);
        Assert.Equal((low, high, size), (range.Low, range.High, range.Size));
    }
}
