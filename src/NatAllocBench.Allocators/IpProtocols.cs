namespace NatAllocBench.Allocators;

/// <summary>The protocol numbers that the allocators tell apart.</summary>
internal static class IpProtocols
{
    /// <summary>ICMP for IPv4.</summary>
    public const byte Icmp = 1;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>GRE, which has no ports.</summary>
    public const byte Gre = 47;

    /// <summary>ICMP for IPv6.</summary>
    public const byte IcmpV6 = 58;

    /// <summary>SCTP.</summary>
    public const byte Sctp = 132;
}
