using System.Globalization;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Inputs;

namespace NatAllocBench.Node.Rules;

/// <summary>What is wrong or worth knowing about each rule.</summary>
internal static class RuleFindings
{
    private const int NodePortLow = 30_000;
    private const int NodePortHigh = 32_767;
    private const double TimeWait = 120;

    /// <summary>Sentences about one rule, most important first.</summary>
    public static IReadOnlyList<string> Of(SourceNatRule rule, IReadOnlyList<SourceNatRule> all, Era era, SysctlValues sysctl) =>
        [.. Enumerate(rule, all, era, sysctl)];

    private static IEnumerable<string> Enumerate(SourceNatRule rule, IReadOnlyList<SourceNatRule> all, Era era, SysctlValues sysctl)
    {
        RealMode mode = RuleMode.Of(rule, era);
        SourceNatRule? taker = all.TakeWhile(other => other != rule).LastOrDefault(other => other.IsIPv6 == rule.IsIPv6
            && other.Connections > 0);
        if (rule.IsUnreachable)
        {
            yield return "never reached: an earlier rule takes everything";
        }
        else if (rule.Connections == 0 && taker is not null)
        {
            yield return $"never hit so far: {taker.Place} takes the traffic";
        }
        else if (rule.Connections == 0)
        {
            yield return "never hit so far";
        }

        if (mode == RealMode.NotTold)
        {
            yield return "give iptables-save -c";
        }

        if (rule.Flags.HasFlag(PortFlags.RandomFully) && era.Traits.RandomFullyStart == StartOffset.NotAvailable)
        {
            yield return "this kernel has no random-fully (3.14 and later)";
        }

        if (mode == RealMode.OneStart)
        {
            yield return "random is no cure on this kernel: all clients of a destination start at one place; use random-fully";
        }

        if (mode is RealMode.KeepThenRover or RealMode.KeepThenRandom)
        {
            yield return "keep-port race possible with more than one client";
        }

        if (rule.Flags == PortFlags.None && RuleOwner.Of(rule) is { AsksItself: true } owner)
        {
            yield return $"{owner.Name} asks for random-fully where iptables knows it: this iptables is older than 1.6.2, or another wrote "
                + "the rule";
        }

        foreach (string finding in Ranges(rule, all, sysctl))
        {
            yield return finding;
        }
    }

    private static IEnumerable<string> Ranges(SourceNatRule rule, IReadOnlyList<SourceNatRule> all, SysctlValues sysctl)
    {
        if (rule.PortLow is null)
        {
            yield break;
        }

        yield return rule.PortCount == 1
            ? "one port: a second connection to the same destination is lost"
            : string.Create(CultureInfo.InvariantCulture,
                $"{rule.PortCount:N0} ports: {Math.Floor(rule.PortCount / TimeWait):N0}/s to a destination at 120 s");
        int sets = all.Where(other => other.PortLow is not null && other.Match == rule.Match && other.Addresses == rule.Addresses)
            .DistinctBy(other => other.Low).Count();
        if (sets > 1 && !rule.IsUnreachable)
        {
            yield return $"{sets} port sets with the same condition: only the first is ever used; spread them with -m statistic or marks";
        }

        if (sysctl.LocalPortRange is { } local && rule.Low <= local.High && rule.High >= local.Low)
        {
            yield return $"overlaps ip_local_port_range {local.Low}-{local.High}";
        }

        if (rule.Low <= NodePortHigh && rule.High >= NodePortLow)
        {
            yield return $"overlaps nodePorts {NodePortLow}-{NodePortHigh}";
        }

        if (sysctl.ReservedPorts.FirstOrDefault(reserved => rule.Low <= reserved.High && rule.High >= reserved.Low) is { High: > 0 } taken)
        {
            yield return $"overlaps ip_local_reserved_ports {taken.Low}-{taken.High}";
        }
    }
}
