namespace NatAllocBench.Netfilter.Tuples;

/// <summary>IP protocol numbers that the allocator knows; the value is the number on the wire.</summary>
public enum IPProtocol : byte
{
    /// <summary>ICMP for IPv4; the key is the echo id.</summary>
    Icmp = 1,

    /// <summary>TCP.</summary>
    Tcp = 6,

    /// <summary>UDP.</summary>
    Udp = 17,

    /// <summary>DCCP.</summary>
    Dccp = 33,

    /// <summary>GRE; both keys are 0 without PPTP.</summary>
    Gre = 47,

    /// <summary>ICMP for IPv6; the key is the echo id.</summary>
    IcmpV6 = 58,

    /// <summary>SCTP.</summary>
    Sctp = 132,

    /// <summary>UDP-Lite.</summary>
    UdpLite = 136,
}
