using System.Globalization;
using System.Text;
using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Netfilter.Views;

/// <summary>One conntrack entry and its usual text form.</summary>
/// <param name="Protocol">IP protocol number: TCP 6, UDP 17, ICMP 1, ICMPv6 58; others print as "unknown" without keys.</param>
/// <param name="TimeoutSeconds">Seconds until the entry expires, at least 0.</param>
/// <param name="State">Printed for TCP only.</param>
/// <param name="Original">The opener's direction.</param>
/// <param name="Reply">The answer's direction, after NAT.</param>
/// <param name="SeenReply">False prints [UNREPLIED] between the directions.</param>
/// <param name="Assured">True prints [ASSURED] after them.</param>
/// <param name="Mark">Connection mark.</param>
/// <param name="Use">Reference count; a live kernel shows at least 1.</param>
public readonly record struct ConntrackLine(
    byte Protocol, uint TimeoutSeconds, TcpState State, LineTuple Original, LineTuple Reply, bool SeenReply, bool Assured,
    uint Mark = 0, uint Use = 1)
{
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp = 1;
    private const byte IcmpV6 = 58;

    // The kernel's and the command's names, by number.
    private static readonly string[] StateNames =
    [
        "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2",
    ];

    /// <summary>The line of <c>conntrack -L</c>: no address family, IPv6 addresses in short form.</summary>
    /// <returns>One line without line end.</returns>
    /// <exception cref="InvalidOperationException">The entry is TCP and its state is not a defined value.</exception>
    public string ToCommandLine()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ProtocolName,-8} {Protocol} {TimeoutSeconds} ");
        if (StateName is { } state)
        {
            text.Append(state).Append(' ');
        }

        AppendTuple(text, Original);
        text.Append(SeenReply ? "" : "[UNREPLIED] ");
        AppendTuple(text, Reply);
        text.Append(Assured ? "[ASSURED] " : "");
        return text.Append(CultureInfo.InvariantCulture, $"mark={Mark} use={Use}").ToString();
    }

    /// <summary>The name of the protocol, as it is printed.</summary>
    public string ProtocolName => Protocol switch
    {
        Tcp => "tcp",
        Udp => "udp",
        Icmp => "icmp",
        IcmpV6 => "icmpv6",
        _ => "unknown",
    };

    /// <summary>The name of the state, as it is printed; null for what is not TCP.</summary>
    /// <exception cref="InvalidOperationException">The entry is TCP and its state is not a defined value.</exception>
    public string? StateName => Protocol != Tcp ? null
        : (int)State < StateNames.Length ? StateNames[(int)State]
        : throw new InvalidOperationException($"{(int)State} is not a TCP state of the tracker");

    private void AppendTuple(StringBuilder text, LineTuple tuple)
    {
        text.Append("src=").Append(tuple.Source).Append(' ');
        text.Append("dst=").Append(tuple.Destination).Append(' ');
        switch (Protocol)
        {
            case Tcp or Udp:
                text.Append(CultureInfo.InvariantCulture, $"sport={tuple.SourceKey} dport={tuple.DestinationKey} ");
                break;
            case Icmp or IcmpV6:
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"type={tuple.DestinationKey >> 8} code={tuple.DestinationKey & 0xFF} id={tuple.SourceKey} ");
                break;
        }
    }
}
