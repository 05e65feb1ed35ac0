using System.Globalization;
using System.Text.RegularExpressions;

namespace NatAllocBench.Node.Rules;

/// <summary>Reads the text of <c>nft list ruleset</c>, with or without <c>-a</c>.</summary>
internal static partial class NftReader
{
    public static IReadOnlyList<SourceNatRule> Read(string text, string name)
    {
        var rules = new List<SourceNatRule>();
        var table = new NftTable("", "");
        string chain = "";
        string map = "";
        foreach ((int number, string line) in Statements(text))
        {
            string where = $"{name}, line {number}";
            if (BlockForm().Match(line) is { Success: true } block)
            {
                string kind = block.Groups["kind"].Value;
                chain = kind == "chain" ? block.Groups["name"].Value : "";
                map = kind == "map" ? block.Groups["name"].Value : "";
                if (kind == "table")
                {
                    rules.AddRange(table.Rules());
                    table = new NftTable(block.Groups["family"].Value, block.Groups["name"].Value);
                }
                else if (kind == "chain")
                {
                    table.Chains.TryAdd(chain, []);
                }
            }
            else if (line.StartsWith('}'))
            {
                (chain, map) = ("", "");
            }
            else if (map.Length > 0)
            {
                table.Maps[map] = table.Maps.GetValueOrDefault(map, "") + line;
            }
            else if (line.StartsWith("type nat hook postrouting", StringComparison.Ordinal))
            {
                table.Hooks.Add(chain);
            }
            else if (chain.Length > 0 && !line.StartsWith("type ", StringComparison.Ordinal)
                && !line.StartsWith("comment ", StringComparison.Ordinal))
            {
                table.Chains[chain].Add(Rule(line, table, where));
            }
        }

        rules.AddRange(table.Rules());
        return rules;
    }

    /// <summary>Lines with their numbers; one that ends inside the braces of a set goes on.</summary>
    private static IEnumerable<(int Number, string Line)> Statements(string text)
    {
        string begun = "";
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = (begun + " " + raw.Trim()).Trim();
            string code = CommentForm().Replace(line, " ");
            bool isOpen = !BlockForm().IsMatch(line) && code.Count(c => c == '{') > code.Count(c => c == '}');
            begun = isOpen ? line : "";
            if (!isOpen && line.Length > 0 && !line.StartsWith('#'))
            {
                yield return (number, line);
            }
        }
    }

    private static ChainRule Rule(string line, NftTable table, string where)
    {
        long? connections = CounterForm().Match(line) is { Success: true } counter
            && long.TryParse(counter.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long packets)
            ? packets : null;
        string plain = CommentForm().Replace(CounterForm().Replace(line, " "), " ");
        Match action = ActionForm().Match(plain);
        string match = Blanks().Replace((action.Success ? plain[..action.Index] : plain).Trim(), " ");
        if (!action.Success)
        {
            return Jump(plain, match, table);
        }

        string rest = plain[(action.Index + action.Length)..].Trim();
        var nat = new SourceNatRule
        {
            Place = "",
            Match = match,
            Action = action.Value.Contains("masquerade", StringComparison.OrdinalIgnoreCase) ? NatAction.Masquerade : NatAction.Snat,
            Connections = connections,
            Flags = action.Value.StartsWith("xt", StringComparison.Ordinal) ? PortFlags.NotTold : Flags(rest),
        };
        return new ChainRule(match, [], false, WithTarget(table.WithFamily(nat, $"{match} {rest}"), rest, where));
    }

    /// <summary>A rule that translates nothing: where it may lead.</summary>
    private static ChainRule Jump(string plain, string match, NftTable table)
    {
        if (VerdictMapForm().Match(plain) is { Success: true } verdicts)
        {
            string elements = verdicts.Groups[1].Success
                ? table.Maps.GetValueOrDefault(verdicts.Groups[1].Value, "") : verdicts.Groups[2].Value;
            return new ChainRule(match, [.. VerdictForm().Matches(elements).Select(verdict => verdict.Groups[1].Value).Distinct()], false,
                null);
        }

        Match jump = JumpForm().Match(plain);
        return jump.Success
            ? new ChainRule(
                Blanks().Replace(plain[..jump.Index].Trim(), " "), [jump.Groups[2].Success ? jump.Groups[2].Value : jump.Value.Trim()],
                jump.Groups[1].Value == "goto", null)
            : new ChainRule(match, [], false, null);
    }

    /// <summary>The last colon parts a port from an address, unless it is one of an IPv6 address without brackets.</summary>
    private static SourceNatRule WithTarget(SourceNatRule rule, string rest, string where)
    {
        string target = TargetForm().Match(rest) is { Success: true } to ? to.Groups[1].Value : "";
        Match ports = target.StartsWith('[') || target.Count(c => c == ':') == 1 ? PortsForm().Match(target) : Match.Empty;
        string addresses = target.Length == 0 && rest.Contains(" map ", StringComparison.Ordinal) ? "of a map"
            : target[..(ports.Success ? ports.Index : target.Length)];
        SourceNatRule named = rule with { Addresses = rule.Action == NatAction.Snat ? addresses : "" };
        return ports.Success ? IptablesReader.WithPorts(named, ports.Groups[1].Value, where) : named;
    }

    private static PortFlags Flags(string rest)
    {
        PortFlags flags = PortFlags.None;
        foreach (string word in rest.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            flags |= word switch
            {
                "random" => PortFlags.Random,
                "fully-random" => PortFlags.RandomFully,
                "persistent" => PortFlags.Persistent,
                _ => PortFlags.None,
            };
        }

        return flags;
    }

    [GeneratedRegex(@"^(?<kind>table|chain|set|map|flowtable|counter|quota|limit|ct \S+|secmark|synproxy) "
        + @"(?:(?<family>ip|ip6|inet|arp|bridge|netdev) )?(?<name>\S+) \{(?: # handle \d+)?$")]
    private static partial Regex BlockForm();

    [GeneratedRegex(@"(?<=^|\s)vmap (?:@(\S+)|\{([^}]*)\})")]
    private static partial Regex VerdictMapForm();

    [GeneratedRegex(@" : (?:jump|goto) ([^\s,}]+)")]
    private static partial Regex VerdictForm();

    [GeneratedRegex(@"\s*counter packets (\d+) bytes \d+\s*")]
    private static partial Regex CounterForm();

    [GeneratedRegex("\\s*(comment \"[^\"]*\"|/\\*.*?\\*/|# handle \\d+)\\s*")]
    private static partial Regex CommentForm();

    [GeneratedRegex(@"(?<=^|\s)(masquerade|snat|xt target ""?(MASQUERADE|SNAT)""?)(?=\s|$)")]
    private static partial Regex ActionForm();

    [GeneratedRegex(@"(?<=^|\s)(?:(jump|goto) (\S+)|return|accept)(?=\s|$)")]
    private static partial Regex JumpForm();

    /// <summary>Addresses, or the names that an anonymised file has for them, and ports.</summary>
    [GeneratedRegex(@"^(?:ip6? )?(?:to )?([\d:.]\S*|\[[^\]]+\]\S*|[0-9a-f]+:\S*|[a-z]+-\d\S*)")]
    private static partial Regex TargetForm();

    [GeneratedRegex(@":(\d+(?:-\d+)?)$")]
    private static partial Regex PortsForm();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
