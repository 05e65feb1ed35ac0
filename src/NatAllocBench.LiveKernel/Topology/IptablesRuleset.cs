using System.Text;

namespace NatAllocBench.LiveKernel;

/// <summary>Writes the same rules in the language of <c>iptables-restore</c>.</summary>
internal static class IptablesRuleset
{
    /// <summary>An empty nat table, to take iptables rules away again.</summary>
    public const string Empty = "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n";

    /// <summary>Replaces the router's nat table.</summary>
    public static string Router(NatRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        string protocol = NftRuleset.Name(rule.Protocol);
        var text = new StringBuilder("*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n");
        if (rule.TwoBackends)
        {
            _ = text.Append("-A PREROUTING -d 198.18.0.0/15 -p ").Append(protocol)
                .Append(" -m statistic --mode random --probability 0.5 -j DNAT --to-destination ")
                .Append(TopologyAddresses.FirstBackend).Append('\n')
                .Append("-A PREROUTING -d 198.18.0.0/15 -p ").Append(protocol)
                .Append(" -j DNAT --to-destination ").Append(TopologyAddresses.SecondBackend).Append('\n');
        }

        if (Target(rule) is { } target)
        {
            _ = text.Append("-A POSTROUTING -o r1 -p ").Append(protocol).Append(' ').Append(target).Append('\n');
        }

        return text.Append("COMMIT\n").ToString();
    }

    private static string? Target(NatRule rule)
    {
        string random = rule.Mode switch
        {
            PortMode.Default => string.Empty,
            PortMode.Random => " --random",
            _ => " --random-fully",
        };
        return rule.Source switch
        {
            SourceNat.None => null,
            SourceNat.TrackOnly => "-m conntrack --ctstate NEW",
            SourceNat.Masquerade => "-j MASQUERADE"
                + (rule.Ports is { } ports ? $" --to-ports {ports.Low}-{ports.High}" : string.Empty)
                + random,
            SourceNat.Snat => "-j SNAT --to-source " + rule.SnatFirst
                + (rule.SnatFirst.Equals(rule.SnatLast) ? string.Empty : $"-{rule.SnatLast}")
                + (rule.Ports is { } ports ? $":{ports.Low}-{ports.High}" : string.Empty)
                + random + (rule.Persistent ? " --persistent" : string.Empty),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Source, "unknown source translation"),
        };
    }
}
