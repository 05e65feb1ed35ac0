using System.Text;

namespace NatAllocBench.LiveKernel;

/// <summary>Writes rules in the language of <c>nft -f</c>.</summary>
internal static class NftRuleset
{
    /// <summary>The server's table: everything but what is for its listener is dropped before conntrack or a socket sees it.</summary>
    public static string ServerDrop { get; } =
        "table ip raw {\n  chain pre {\n    type filter hook prerouting priority -300; policy drop;\n"
        + $"    ip daddr {TopologyAddresses.FirstBackend} tcp dport {TopologyAddresses.ListenerPort} accept\n  }}\n}}\n";

    /// <summary>
    /// Replaces the router's table <c>ip nat</c> in one transaction. Both base chains are always there: kernels before 4.18 translate
    /// replies
    /// only when both are.
    /// </summary>
    public static string Router(NatRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var text = new StringBuilder("table ip nat\ndelete table ip nat\ntable ip nat {\n");
        _ = text.Append("  chain pre {\n    type nat hook prerouting priority -100;\n");
        if (rule.TwoBackends)
        {
            _ = text.Append("    ip daddr 198.18.0.0/15 meta l4proto ").Append(Name(rule.Protocol))
                .Append(" dnat to numgen random mod 2 map { 0 : ").Append(TopologyAddresses.FirstBackend)
                .Append(", 1 : ").Append(TopologyAddresses.SecondBackend).Append(" }\n");
        }

        _ = text.Append("  }\n  chain post {\n    type nat hook postrouting priority 100;\n");
        if (Postrouting(rule) is { } statement)
        {
            _ = text.Append("    oifname \"r1\" meta l4proto ").Append(Name(rule.Protocol)).Append(' ').Append(statement).Append('\n');
        }

        return text.Append("  }\n}\n").ToString();
    }

    internal static string Name(LiveProtocol protocol) => protocol == LiveProtocol.Tcp ? "tcp" : "udp";

    private static string? Postrouting(NatRule rule) => rule.Source switch
    {
        SourceNat.None => null,
        SourceNat.TrackOnly => "ct state new counter",
        SourceNat.Masquerade => "masquerade" + (rule.Ports is { } ports ? $" to :{ports.Low}-{ports.High}" : string.Empty) + Flags(rule),
        SourceNat.Snat =>
            $"snat to {Addresses(rule)}{(rule.Ports is { } ports ? $":{ports.Low}-{ports.High}" : string.Empty)}{Flags(rule)}",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Source, "unknown source translation"),
    };

    private static string Addresses(NatRule rule) =>
        rule.SnatFirst.Equals(rule.SnatLast) ? rule.SnatFirst.ToString() : $"{rule.SnatFirst}-{rule.SnatLast}";

    private static string Flags(NatRule rule)
    {
        string[] flags =
        [
            .. rule.Mode switch
            {
                PortMode.Default => Array.Empty<string>(),
                PortMode.Random => ["random"],
                _ => ["fully-random"],
            },
            .. rule.Persistent ? ["persistent"] : Array.Empty<string>(),
        ];
        return flags.Length == 0 ? string.Empty : " " + string.Join(',', flags);
    }
}
