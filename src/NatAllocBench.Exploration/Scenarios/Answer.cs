using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>What came of one thing that a thread did.</summary>
/// <param name="Text">In words; empty if there is nothing to tell.</param>
internal sealed record Answer(string Text)
{
    public bool IsConnection { get; init; }

    public bool IsLook { get; init; }

    /// <summary>Whether the flow that was looked up is inserted meanwhile.</summary>
    public bool IsNew { get; init; }

    public bool NotAdmitted { get; init; }

    public PortChoice? Choice { get; init; }

    public ConfirmResult? Result { get; init; }

    public ConntrackTuple<IPv4Address> Original { get; init; }

    public ConntrackTuple<IPv4Address> Reply { get; init; }

    public int Mapped { get; init; }

    /// <summary>The slot that a refused connection clashed with.</summary>
    public Slot Winner { get; init; } = Slot.None;

    /// <summary>Whether the connection was one of a block: the winner of a clash is known of the last confirm only.</summary>
    public bool IsOfBlock { get; init; }

    public int Removed { get; init; }

    /// <summary>The call that this is the answer of, with its time; null for anything else.</summary>
    public TimedCall? Call { get; init; }

    public bool SawFirst { get; init; }

    public bool SawSecond { get; init; }
}
