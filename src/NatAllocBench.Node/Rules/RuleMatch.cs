using System.Globalization;
using System.Text.RegularExpressions;

namespace NatAllocBench.Node.Rules;

/// <summary>What the conditions of a rule say about protocol and remote port; other conditions may hold.</summary>
internal static partial class RuleMatch
{
    private static readonly Dictionary<string, byte> Protocols = new(StringComparer.Ordinal)
    {
        ["icmp"] = 1,
        ["tcp"] = 6,
        ["udp"] = 17,
        ["gre"] = 47,
        ["icmpv6"] = 58,
        ["ipv6-icmp"] = 58,
        ["sctp"] = 132,
        ["udplite"] = 136,
    };

    /// <summary>False if the rule cannot apply to a connection.</summary>
    public static bool MayMatch(string match, byte protocol, ushort remotePort)
    {
        Match named = ProtocolForm().Match(match);
        if (named.Success && Number(named.Groups["name"].Value) is { } wanted && wanted == protocol == named.Groups["not"].Success)
        {
            return false;
        }

        Match port = PortForm().Match(match);
        return !port.Success || port.Value.StartsWith('!')
            || int.Parse(port.Groups[1].Value, CultureInfo.InvariantCulture) == remotePort;
    }

    /// <summary>A protocol by name or number; null for a set of several.</summary>
    private static byte? Number(string protocol) => Protocols.TryGetValue(protocol, out byte known) ? known
        : byte.TryParse(protocol, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ? number
        : null;

    [GeneratedRegex(@"(?:^|\s)(?:(?<not>! )?-p (?<not>! )?(?<name>\S+)|(?<name>tcp|udp|sctp|udplite) (?:dport|sport)\b|"
        + @"(?:l4proto|ip protocol|ip6 nexthdr) (?<not>!= )?(?<name>\S+))")]
    private static partial Regex ProtocolForm();

    [GeneratedRegex(@"(?:! )?(?:--dport|(?<!-)\bdport) (\d{1,5})(?=\s|$)")]
    private static partial Regex PortForm();
}
