namespace NatAllocBench.Node.Rules;

/// <summary>The component that writes rules into a chain, and how it is made to ask for a random start.</summary>
/// <param name="Chain">Beginning of the chain's name.</param>
/// <param name="Name">The component.</param>
/// <param name="Setting">What makes it ask for random-fully.</param>
/// <param name="AsksItself">Whether it does so itself wherever iptables knows the flag.</param>
internal sealed record RuleOwner(string Chain, string Name, string Setting, bool AsksItself)
{
    private static readonly RuleOwner[] All =
    [
        new("KUBE-POSTROUTING", "kube-proxy", "iptables 1.6.2 or later for kube-proxy", true),
        new("FLANNEL-POSTRTG", "flannel", "iptables 1.6.2 or later for flannel", true),
        new("AWS-SNAT-CHAIN", "the Amazon VPC CNI", "AWS_VPC_K8S_CNI_RANDOMIZESNAT=prng for the Amazon VPC CNI", false),
        new("IP-MASQ", "ip-masq-agent", "--random-fully for ip-masq-agent", false),
    ];

    /// <summary>The owner of a rule; null if its chain tells none.</summary>
    public static RuleOwner? Of(SourceNatRule rule) =>
        All.FirstOrDefault(owner => rule.Place.Split(" > ")[^1].StartsWith(owner.Chain, StringComparison.Ordinal));
}
