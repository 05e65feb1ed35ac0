using System.Net;

namespace NatAllocBench.LiveKernel;

/// <summary>Layer-4 protocol of a rule or a packet, with its number in the IP header.</summary>
public enum LiveProtocol
{
    /// <summary>TCP: every packet is a SYN.</summary>
    Tcp = 6,

    /// <summary>UDP: every packet is an empty datagram.</summary>
    Udp = 17,
}

/// <summary>How the kernel is asked to choose the source port.</summary>
public enum PortMode
{
    /// <summary>No flag: keep the client's port if it is free.</summary>
    Default,

    /// <summary><c>random</c> (NF_NAT_RANGE_PROTO_RANDOM).</summary>
    Random,

    /// <summary><c>fully-random</c> (NF_NAT_RANGE_PROTO_RANDOM_FULLY, Linux 3.14 and later).</summary>
    FullyRandom,
}

/// <summary>What happens to the source of a connection on its way out.</summary>
public enum SourceNat
{
    /// <summary>Nothing, the connection is not even tracked because of this rule.</summary>
    None,

    /// <summary>A rule that needs conntrack but translates nothing (<c>ct state new counter</c>).</summary>
    TrackOnly,

    /// <summary><c>masquerade</c>: the address of the outgoing interface.</summary>
    Masquerade,

    /// <summary><c>snat to A-B</c>.</summary>
    Snat,
}

/// <summary>Which program installs the rules.</summary>
public enum RuleFrontEnd
{
    /// <summary><c>nft</c>.</summary>
    Nftables,

    /// <summary><c>iptables-restore</c>, the legacy or the nft-based one, as the distribution has it.</summary>
    Iptables,
}

/// <summary>An inclusive range of ports in host byte order.</summary>
/// <param name="Low">First port, 1 to 65535.</param>
/// <param name="High">Last port, not below <paramref name="Low"/>.</param>
public readonly record struct LivePortRange(ushort Low, ushort High)
{
    /// <summary>Number of ports in the range.</summary>
    public int Size => High - Low + 1;

    /// <summary>
    /// The range of the given size used by the comparison: from 30000 up while that fits, else the last <paramref name="size"/> ports.
    /// Port 20000, the senders' own, is outside all of them except 64512 (1024 to 65535).
    /// </summary>
    public static LivePortRange OfSize(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 65535);
        int low = 30000 + size - 1 <= 65535 ? 30000 : 65536 - size;
        return new LivePortRange((ushort)low, (ushort)(low + size - 1));
    }
}

/// <summary>The NAT rules of the router, as data.</summary>
public sealed record NatRule
{
    /// <summary>The protocol the rules match.</summary>
    public LiveProtocol Protocol { get; init; } = LiveProtocol.Tcp;

    /// <summary>Translation of the source in postrouting.</summary>
    public SourceNat Source { get; init; } = SourceNat.Masquerade;

    /// <summary>How the port is chosen.</summary>
    public PortMode Mode { get; init; } = PortMode.Default;

    /// <summary>Ports to choose from; null leaves the range to the kernel (1024 to 65535 for a client port of 1024 and more).</summary>
    public LivePortRange? Ports { get; init; }

    /// <summary>First address of <see cref="SourceNat.Snat"/>.</summary>
    public IPAddress SnatFirst { get; init; } = TopologyAddresses.RouterOutside;

    /// <summary>Last address of <see cref="SourceNat.Snat"/>.</summary>
    public IPAddress SnatLast { get; init; } = TopologyAddresses.RouterOutside;

    /// <summary><c>persistent</c>: the same address for a client towards every destination.</summary>
    public bool Persistent { get; init; }

    /// <summary>Sends every destination to one of two backends in turn, in prerouting.</summary>
    public bool TwoBackends { get; init; }

    /// <summary>Which program installs the rules.</summary>
    public RuleFrontEnd FrontEnd { get; init; }
}
