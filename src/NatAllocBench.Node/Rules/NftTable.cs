namespace NatAllocBench.Node.Rules;

/// <summary>A table of nftables while it is read.</summary>
/// <param name="family">ip, ip6, inet or another.</param>
/// <param name="name">Its name.</param>
internal sealed class NftTable(string family, string name)
{
    private const string BothFamilies = "inet";

    public Dictionary<string, List<ChainRule>> Chains { get; } = new(StringComparer.Ordinal);

    /// <summary>Chains that see connections on their way out.</summary>
    public List<string> Hooks { get; } = [];

    /// <summary>The text of each named map.</summary>
    public Dictionary<string, string> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>The translating rules, in the order in which connections meet them.</summary>
    public IEnumerable<SourceNatRule> Rules() =>
        Hooks.SelectMany(hook => ChainWalk.From(hook, Chains)).Select(rule => rule with { Table = $"{family} {name}" });

    /// <summary>Puts the family into a rule: a table of both leaves it to the rule's text.</summary>
    public SourceNatRule WithFamily(SourceNatRule rule, string text)
    {
        bool isIPv6 = family == "ip6" || (family == BothFamilies && Names(text, "ip6", "ipv6"));
        return rule with { IsIPv6 = isIPv6, IsOfBothFamilies = family == BothFamilies && !isIPv6 && !Names(text, "ip", "ipv4") };
    }

    private static bool Names(string text, string header, string family) => text.Split(' ').Any(word => word == header || word == family);
}
