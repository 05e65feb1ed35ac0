using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Tracing;

/// <summary>What is noted about one connection; ticks are those of the trial's clock.</summary>
internal struct ConnectionFacts
{
    public ConntrackTuple<IPv4Address> Tuple;
    public ulong StartTick;
    public ulong ChooseTick;
    public ulong AllocatedTick;
    public ulong ConfirmTick;
    public ulong EndTick;
    public IPv4Address NatAddress;
    public uint Sequence;
    public uint Probes;

    /// <summary>Probes that found the mapping in use.</summary>
    public uint Taken;

    /// <summary>Number of the connection that stood in the way; 0 if none, or one that stood before the trial.</summary>
    public uint Winner;

    /// <summary>The client of what stood in the way; zero if nothing did.</summary>
    public IPv4Address WinnerClient;

    public ushort WinnerPort;

    public ushort NatPort;
    public PortChoice Choice;
    public ConfirmResult Result;

    /// <summary>Whether confirm refused it.</summary>
    public readonly bool HasFailed => Result is ConfirmResult.Clash or ConfirmResult.ChainTooLong;
}

/// <summary>What is noted about one retransmission.</summary>
internal readonly record struct RetransmissionFacts(
    int Round, ConntrackTuple<IPv4Address> Tuple, IPv4Address NatAddress, ushort NatPort, PortChoice Choice, ConfirmResult Result);

/// <summary>A span in which the scheduler took the CPU away, as tightly as a connection's ends show it.</summary>
internal readonly record struct PreemptionFacts(ulong FromTick, ulong ToTick, long Switches);
