using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Node.Lines;

/// <summary>What a line of an event log reports.</summary>
internal enum EventKind
{
    /// <summary>The line is from a list.</summary>
    None,

    /// <summary>An entry was confirmed.</summary>
    New,

    /// <summary>An entry changed.</summary>
    Update,

    /// <summary>An entry is gone.</summary>
    Destroy,
}

/// <summary>One line of <c>conntrack -L</c>, <c>-E</c> or <c>/proc/net/nf_conntrack</c>.</summary>
internal struct EntryLine
{
    /// <summary>Seconds since 1970 at which conntrack-tools received an event; NaN without <c>-o timestamp</c>.</summary>
    public double Time;

    /// <summary>The event.</summary>
    public EventKind Event;

    /// <summary>IP protocol number.</summary>
    public byte Protocol;

    /// <summary>Seconds until the entry expires; -1 if the line does not say.</summary>
    public int Timeout;

    /// <summary>TCP state; None if the line has none.</summary>
    public TcpState State;

    /// <summary>The opener's direction.</summary>
    public EntryTuple Original;

    /// <summary>The answer's direction, after NAT.</summary>
    public EntryTuple Reply;

    /// <summary>Whether the tuples have ports.</summary>
    public bool HasPorts;

    /// <summary>No answer was seen.</summary>
    public bool Unreplied;

    /// <summary>The entry is not dropped early.</summary>
    public bool Assured;

    /// <summary>The flow is forwarded without the tracker: the line has neither timeout nor state.</summary>
    public bool Offloaded;

    /// <summary>The entry was made or deleted by a program.</summary>
    public bool FromUserspace;

    /// <summary>Zone of both directions or of the reply.</summary>
    public ushort Zone;

    /// <summary>The entry's id; 0 if the line has none.</summary>
    public uint Id;

    /// <summary>The port, or the query's id, that NAT gave to the connection.</summary>
    public readonly ushort NatKey => IsQuery ? Reply.SourceKey : Reply.DestinationKey;

    /// <summary>The remote port; 0 for a query, which has none.</summary>
    public readonly ushort RemoteKey => IsQuery ? (ushort)0 : Reply.SourceKey;

    /// <summary>Whether NAT changed the source, so that the entry holds a port of the NAT address.</summary>
    public readonly bool IsSourceTranslated => Original.Source != Reply.Destination || Original.SourceKey != NatKey;

    /// <summary>
    /// Whether the entry holds a port or an id; protocols without either take nothing of a range. conntrack-tools prints ports of 0 for a
    /// protocol of whose ports the kernel no longer knows, as DCCP.
    /// </summary>
    public readonly bool HoldsPort => (HasPorts && (Reply.SourceKey | Reply.DestinationKey) != 0) || IsQuery;

    private readonly bool IsQuery => Protocol is 1 or 58;
}
