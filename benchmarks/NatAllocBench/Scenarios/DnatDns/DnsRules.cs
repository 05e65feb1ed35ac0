using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Scenarios.DnatDns;

/// <summary>What the two NAT hooks do with a DNS query to a service address.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="Backends">Backends of the service; 0 means that no DNAT rule matches.</param>
/// <param name="Masquerade">Flags of the masquerade rule; null means that none matches.</param>
internal sealed record DnsRules(string Name, int Backends, NatFlags? Masquerade)
{
    /// <summary>
    /// A rule set as the live measurements name them: masq, masq-rand, masq-fully, dnat2, dnat2+masq, dnat2+masq-fully, ctonly.
    /// </summary>
    public static DnsRules Parse(string name)
    {
        string[] parts = name.Split('+');
        string dnat = parts[0].StartsWith("dnat", StringComparison.Ordinal) ? parts[0] : "";
        NatFlags? masquerade = parts[^1] switch
        {
            "masq" => NatFlags.None,
            "masq-rand" => NatFlags.ProtoRandom,
            "masq-fully" => NatFlags.ProtoRandomFully,
            _ => null,
        };
        return new DnsRules(name, dnat.Length == 0 ? 0 : dnat[^1] - '0', masquerade);
    }

    /// <summary>The DNAT rule's choice.</summary>
    /// <param name="backend">0 to <see cref="Backends"/> - 1.</param>
    public NatRange<IPv4Address>? Destination(int backend) =>
        Backends == 0 ? null : NatRange<IPv4Address>.Masquerade(IPv4Address.FromValue(0xC0000263 + (uint)backend));

    public NatRange<IPv4Address>? Source =>
        Masquerade is { } flags ? NatRange<IPv4Address>.Masquerade(IPv4Address.FromValue(0xCB007101), flags) : null;
}
