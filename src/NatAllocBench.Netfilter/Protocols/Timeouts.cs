using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Protocols;

/// <summary>Default lifetimes of conntrack entries, in seconds (the <c>nf_conntrack_*_timeout</c> sysctls, 2.6.32..7.1).</summary>
public static class Timeouts
{
    /// <summary>A UDP flow without an answer, and from 5.0 an answered one that is not older than <see cref="UdpStreamAge"/>.</summary>
    public const int UdpUnreplied = 30;

    /// <summary>From 5.0, the age in seconds a UDP flow must exceed to get the long timeout.</summary>
    public const int UdpStreamAge = 2;

    /// <summary>An ICMP or ICMPv6 query.</summary>
    public const int Icmp = 30;

    /// <summary>A GRE flow without an answer.</summary>
    public const int GreUnreplied = 30;

    /// <summary>An answered GRE flow.</summary>
    public const int GreReplied = 180;

    /// <summary>A protocol without its own tracker.</summary>
    public const int Generic = 600;

    /// <summary>An entry inserted in the reply direction only by clash resolution, 5.6+.</summary>
    public const int Clash = 1;

    // Indexed by TcpState; None has no timeout.
    private static ReadOnlySpan<int> TcpByState => [0, 120, 60, 432000, 120, 60, 30, 120, 10, 120];

    /// <summary>Timeout of a TCP entry in a state; identical in 2.6.32 and 6.17.</summary>
    /// <param name="state">The state after the last segment.</param>
    /// <returns>Seconds.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="state"/> is None or not a defined state.</exception>
    public static int Tcp(TcpState state)
    {
        ArgumentOutOfRangeException.ThrowIfZero((int)state, nameof(state));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)state, (int)TcpState.SynSent2, nameof(state));
        return TcpByState[(int)state];
    }

    /// <summary>Timeout of an entry that its first packet makes.</summary>
    /// <returns>Milliseconds.</returns>
    public static uint Initial(IPProtocol protocol) => 1000 * (uint)(protocol switch
    {
        IPProtocol.Tcp => Tcp(TcpState.SynSent),
        IPProtocol.Udp or IPProtocol.UdpLite => UdpUnreplied,
        IPProtocol.Icmp or IPProtocol.IcmpV6 => Icmp,
        IPProtocol.Gre => GreUnreplied,
        _ => Generic,
    });

    /// <summary>Timeout an answered UDP flow can reach: 180 s up to 4.20, 120 s from 5.0.</summary>
    /// <param name="version">The kernel.</param>
    /// <returns>Seconds.</returns>
    public static int UdpReplied(KernelVersion version) => version < new KernelVersion(5, 0) ? 180 : 120;

    /// <summary>Timeout a UDP packet sets (<c>nf_conntrack_udp_packet</c>).</summary>
    /// <param name="version">The kernel.</param>
    /// <param name="seenReply">Whether the flow was answered before this packet.</param>
    /// <param name="ageSeconds">Seconds since the flow's first packet, at least 0; matters from 5.0.</param>
    /// <returns>Seconds.</returns>
    public static int Udp(KernelVersion version, bool seenReply, int ageSeconds)
    {
        bool isLong = seenReply && (version < new KernelVersion(5, 0) || ageSeconds > UdpStreamAge);
        return isLong ? UdpReplied(version) : UdpUnreplied;
    }
}
