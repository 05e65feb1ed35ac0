using System.Globalization;
using System.Text.RegularExpressions;

namespace NatAllocBench.Node.Rules;

/// <summary>Reads the text of <c>nft list ruleset</c>.</summary>
internal static partial class NftReader
{
    public static IReadOnlyList<SourceNatRule> Read(string text, string name)
    {
        var rules = new List<SourceNatRule>();
        var chains = new Dictionary<string, List<ChainRule>>(StringComparer.Ordinal);
        var hooks = new List<string>();
        bool isIPv6 = false;
        string chain = "";
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.StartsWith("table ", StringComparison.Ordinal))
            {
                Finish(rules, chains, hooks);
                isIPv6 = line.StartsWith("table ip6 ", StringComparison.Ordinal);
            }
            else if (line.StartsWith("chain ", StringComparison.Ordinal))
            {
                chain = line.Split(' ')[1];
                chains[chain] = [];
            }
            else if (line.StartsWith("type nat hook postrouting", StringComparison.Ordinal))
            {
                hooks.Add(chain);
            }
            else if (chain.Length > 0 && line.Length > 0 && line != "}" && !line.StartsWith('#')
                && !line.StartsWith("type ", StringComparison.Ordinal))
            {
                chains[chain].Add(Rule(line, isIPv6, $"{name}, line {number}"));
            }
        }

        Finish(rules, chains, hooks);
        return rules;
    }

    private static void Finish(List<SourceNatRule> rules, Dictionary<string, List<ChainRule>> chains, List<string> hooks)
    {
        foreach (string hook in hooks)
        {
            rules.AddRange(ChainWalk.From(hook, chains));
        }

        chains.Clear();
        hooks.Clear();
    }

    private static ChainRule Rule(string line, bool isIPv6, string where)
    {
        long? connections = CounterForm().Match(line) is { Success: true } counter
            ? long.Parse(counter.Groups[1].Value, CultureInfo.InvariantCulture)
            : null;
        string plain = CommentForm().Replace(CounterForm().Replace(line, " "), " ");
        Match action = ActionForm().Match(plain);
        string match = Blanks().Replace((action.Success ? plain[..action.Index] : plain).Trim(), " ");
        if (!action.Success)
        {
            Match jump = JumpForm().Match(plain);
            return jump.Success
                ? new ChainRule(Blanks().Replace(plain[..jump.Index].Trim(), " "), jump.Groups[2].Success ? jump.Groups[2].Value
                    : jump.Value.Trim(), jump.Groups[1].Value == "goto", null)
                : new ChainRule(match, "", false, null);
        }

        string rest = plain[(action.Index + action.Length)..].Trim();
        var nat = new SourceNatRule
        {
            Place = "",
            Match = match,
            Action = action.Value.Contains("masquerade", StringComparison.OrdinalIgnoreCase) ? NatAction.Masquerade : NatAction.Snat,
            Connections = connections,
            IsIPv6 = isIPv6,
            Flags = action.Value.StartsWith("xt", StringComparison.Ordinal) ? PortFlags.NotTold : Flags(rest),
        };
        return new ChainRule(match, "", false, WithTarget(nat, rest, where));
    }

    private static SourceNatRule WithTarget(SourceNatRule rule, string rest, string where)
    {
        string target = TargetForm().Match(rest) is { Success: true } to ? to.Groups[1].Value : "";
        Match ports = PortsForm().Match(target);
        SourceNatRule named = rule with { Addresses = rule.Action == NatAction.Snat ? PortsForm().Replace(target, "") : "" };
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

    [GeneratedRegex(@"\s*counter packets (\d+) bytes \d+\s*")]
    private static partial Regex CounterForm();

    [GeneratedRegex("\\s*(comment \"[^\"]*\"|/\\*.*?\\*/|# handle \\d+)\\s*")]
    private static partial Regex CommentForm();

    [GeneratedRegex(@"(?<=^|\s)(masquerade|snat|xt target ""?(MASQUERADE|SNAT)""?)(?=\s|$)")]
    private static partial Regex ActionForm();

    [GeneratedRegex(@"(?<=^|\s)(?:(jump|goto) (\S+)|return|accept)(?=\s|$)")]
    private static partial Regex JumpForm();

    [GeneratedRegex(@"^(?:ip6? )?(?:to )?([\d:.][^ ]*|\[[^\]]+\]\S*|[0-9a-f:]+\S*)")]
    private static partial Regex TargetForm();

    [GeneratedRegex(@":(\d+(?:-\d+)?)$")]
    private static partial Regex PortsForm();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
