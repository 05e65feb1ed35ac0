namespace NatAllocBench.Netfilter.Tuples;

/// <summary>ICMP types that come in request and reply pairs (<c>icmp_invert_tuple</c>, <c>icmpv6_invert_tuple</c>, all versions).</summary>
internal static class IcmpTypes
{
    /// <summary>Type of an ICMP echo request.</summary>
    public const byte EchoRequest = 8;

    /// <summary>Type of an ICMPv6 echo request.</summary>
    public const byte EchoRequestV6 = 128;

    /// <summary>The type that answers, or is answered by, <paramref name="type"/>; the type itself where there is none.</summary>
    /// <param name="protocol"><see cref="IPProtocol.Icmp"/> or <see cref="IPProtocol.IcmpV6"/>.</param>
    /// <param name="type">ICMP type.</param>
    public static byte Counterpart(IPProtocol protocol, byte type) => (protocol, type) switch
    {
        (IPProtocol.Icmp, 0) => 8,
        (IPProtocol.Icmp, 8) => 0,
        (IPProtocol.Icmp, 13) => 14,
        (IPProtocol.Icmp, 14) => 13,
        (IPProtocol.Icmp, 15) => 16,
        (IPProtocol.Icmp, 16) => 15,
        (IPProtocol.Icmp, 17) => 18,
        (IPProtocol.Icmp, 18) => 17,
        (IPProtocol.IcmpV6, 128) => 129,
        (IPProtocol.IcmpV6, 129) => 128,
        (IPProtocol.IcmpV6, 139) => 140,
        (IPProtocol.IcmpV6, 140) => 139,
        _ => type,
    };
}
