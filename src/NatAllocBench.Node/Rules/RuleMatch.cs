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
        if (named.Success && Protocols.TryGetValue(named.Groups[1].Value + named.Groups[2].Value, out byte wanted) && wanted != protocol)
        {
            return false;
        }

        Match port = PortForm().Match(match);
        return !port.Success || port.Value.StartsWith('!')
            || ushort.Parse(port.Groups[1].Value, CultureInfo.InvariantCulture) == remotePort;
    }

    [GeneratedRegex(@"(?:^|\s)(?:-p (\S+)|(tcp|udp|sctp|udplite) (?:dport|sport)\b)")]
    private static partial Regex ProtocolForm();

    [GeneratedRegex(@"(?:! )?(?:--dport|(?<!-)\bdport) (\d{1,5})(?=\s|$)")]
    private static partial Regex PortForm();
}
