using System.Net;
using System.Text;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Rules;

/// <summary>What a rule does to the source.</summary>
internal enum NatAction
{
    /// <summary><c>MASQUERADE</c>: the address of the outgoing interface.</summary>
    Masquerade,

    /// <summary><c>SNAT</c>: addresses that the rule names.</summary>
    Snat,
}

/// <summary>What a rule says about the choice of a port.</summary>
[Flags]
public enum PortFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>--random</c>.</summary>
    Random = 1,

    /// <summary><c>--random-fully</c>.</summary>
    RandomFully = 2,

    /// <summary><c>--persistent</c>.</summary>
    Persistent = 4,

    /// <summary>The file does not tell: nft prints rules of iptables without their flags.</summary>
    NotTold = 8,
}

/// <summary>A rule that changes the source of connections on their way out.</summary>
internal sealed record SourceNatRule
{
    /// <summary>Chains that lead to it and its number in the last of them, for example <c>POSTROUTING > KUBE-POSTROUTING 3</c>.</summary>
    public required string Place { get; init; }

    /// <summary>Family and name of its table in nftables; empty for a rule that iptables-save prints.</summary>
    public string Table { get; init; } = "";

    /// <summary>The rule's conditions as the file prints them; empty if it has none.</summary>
    public required string Match { get; init; }

    /// <summary>What it does.</summary>
    public required NatAction Action { get; init; }

    /// <summary>What it says about ports.</summary>
    public PortFlags Flags { get; init; }

    /// <summary>First port of its range, or null.</summary>
    public int? PortLow { get; init; }

    /// <summary>Last port of its range.</summary>
    public int? PortHigh { get; init; }

    /// <summary>Its addresses as printed; empty for a masquerade.</summary>
    public string Addresses { get; init; } = "";

    /// <summary>The number of its address if it has exactly one; null for a range, a map, or none.</summary>
    public UInt128? OnlyAddress => NamedAddress.TryParse(Encoding.UTF8.GetBytes(Addresses.Trim('[', ']')), out UInt128 name) ? name
        : IPAddress.TryParse(Addresses.Trim('[', ']'), out IPAddress? address) ? EntryTuple.Number(address)
        : null;

    /// <summary>Connections that it took, if the file counts them: a nat rule sees the first packet only.</summary>
    public long? Connections { get; init; }

    /// <summary>IPv6.</summary>
    public bool IsIPv6 { get; init; }

    /// <summary>Both families: a rule of an inet table that asks for neither.</summary>
    public bool IsOfBothFamilies { get; init; }

    /// <summary>Whether an earlier rule or return takes everything, so that this one is never reached.</summary>
    public bool IsUnreachable { get; init; }

    /// <summary>First port that it can give out.</summary>
    public int Low => PortLow ?? 1024;

    /// <summary>Last port that it can give out.</summary>
    public int High => PortHigh ?? PortLow ?? 65535;

    /// <summary>Number of ports.</summary>
    public int PortCount => High - Low + 1;

    /// <summary>
    /// Whether another is the same rule: iptables-nft keeps its rules in nftables, which prints some of them without flags, addresses and
    /// ports. Conditions are written in two languages; the place among all rules stands for them.
    /// </summary>
    public bool TellsAllOf(SourceNatRule other) =>
        (Place, Action, IsIPv6, IsOfBothFamilies) == (other.Place, other.Action, other.IsIPv6, other.IsOfBothFamilies)
        && (other.Flags.HasFlag(PortFlags.NotTold)
            || (Flags, Addresses, Low, High) == (other.Flags, other.Addresses, other.Low, other.High));
}
