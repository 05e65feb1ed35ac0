using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>One thing that a thread of a scenario does.</summary>
internal abstract record Actor;

/// <summary>The first packet of a connection through a source NAT rule: lookup, create, choose, confirm.</summary>
/// <param name="Original">The packet.</param>
/// <param name="Rule">The rule.</param>
internal sealed record Connect(ConntrackTuple<IPv4Address> Original, NatRange<IPv4Address> Rule) : Actor;

/// <summary>The first packets of several connections that one CPU takes together.</summary>
/// <param name="Originals">The packets.</param>
/// <param name="Rule">The rule.</param>
internal sealed record ConnectBlock(ConntrackTuple<IPv4Address>[] Originals, NatRange<IPv4Address> Rule) : Actor;

/// <summary>The first half of <see cref="Connect"/>: the port is chosen, and the thread's <see cref="ConfirmHeld"/> comes later.</summary>
/// <param name="Original">The packet.</param>
/// <param name="Rule">The rule.</param>
internal sealed record Translate(ConntrackTuple<IPv4Address> Original, NatRange<IPv4Address> Rule) : Actor;

/// <summary>Confirms what the thread has translated.</summary>
internal sealed record ConfirmHeld : Actor;

/// <summary>The first packet of a connection through both hooks, null bindings where there is no rule.</summary>
/// <param name="Original">The packet.</param>
/// <param name="Destination">The DNAT rule, or null.</param>
internal sealed record Forward(ConntrackTuple<IPv4Address> Original, NatRange<IPv4Address>? Destination) : Actor;

/// <summary>Removes the entry of a flow, if there is one.</summary>
/// <param name="Original">The flow.</param>
internal sealed record Kill(ConntrackTuple<IPv4Address> Original) : Actor;

/// <summary>Sweeps the chains of a tuple for expired entries.</summary>
/// <param name="Tuple">A tuple of the entry that has expired.</param>
internal sealed record Collect(ConntrackTuple<IPv4Address> Tuple) : Actor;

/// <summary>One call on the table, which takes effect at one moment: see <see cref="CallOrder"/>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Original">ORIGINAL of a connection.</param>
/// <param name="Reply">Its REPLY.</param>
internal sealed record Call(CallKind Kind, ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply) : Actor;

/// <summary>What a <see cref="Call"/> does.</summary>
internal enum CallKind
{
    /// <summary>Inserts a connection with both tuples.</summary>
    Insert,

    /// <summary>Looks ORIGINAL up as a packet does.</summary>
    Find,

    /// <summary>Asks whether REPLY is in use, as a port search does.</summary>
    Probe,

    /// <summary>Removes the connection that has ORIGINAL.</summary>
    Remove,
}

/// <summary>Looks both tuples of a flow up, ORIGINAL first.</summary>
/// <param name="Original">ORIGINAL.</param>
/// <param name="Reply">REPLY.</param>
internal sealed record Look(ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply) : Actor
{
    /// <summary>Whether the flow is inserted meanwhile, instead of being there before.</summary>
    public bool IsNew { get; init; }
}

/// <summary>Looks a tuple up that no connection has.</summary>
/// <param name="Tuple">A mix of two connections' tuples.</param>
internal sealed record LookForMix(ConntrackTuple<IPv4Address> Tuple) : Actor;

/// <summary>Rehashes the table.</summary>
/// <param name="Buckets">New number of buckets.</param>
internal sealed record Rehash(uint Buckets) : Actor;

/// <summary>A connection that is there before the threads start.</summary>
/// <param name="Original">Its first packet.</param>
/// <param name="Rule">The rule.</param>
/// <param name="IsClosing">Whether it is in TIME_WAIT, so that a search may evict it (6.5 and later).</param>
internal sealed record Resident(ConntrackTuple<IPv4Address> Original, NatRange<IPv4Address> Rule, bool IsClosing = false);
