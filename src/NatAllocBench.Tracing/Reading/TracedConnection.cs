using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tracing;

/// <summary>One connection of a trace; ticks are those of its trial's clock.</summary>
public sealed class TracedConnection
{
    /// <summary>Number in its trial, from 1.</summary>
    public required uint Number { get; init; }

    /// <summary>The worker that handled it.</summary>
    public required int Worker { get; init; }

    /// <summary>The worker's CPU.</summary>
    public required int Cpu { get; init; }

    /// <summary>Client address.</summary>
    public required IPv4Address Client { get; init; }

    /// <summary>Client port.</summary>
    public required ushort ClientPort { get; init; }

    /// <summary>Destination address.</summary>
    public required IPv4Address Destination { get; init; }

    /// <summary>Destination port.</summary>
    public required ushort DestinationPort { get; init; }

    /// <summary>Sequence number of the SYN; 0 for a datagram.</summary>
    public required uint Sequence { get; init; }

    /// <summary>The packet reached the kernel.</summary>
    public required ulong StartTick { get; init; }

    /// <summary>The allocator began to choose; 0 in recordings of before this was noted.</summary>
    public ulong ChooseTick { get; internal set; }

    /// <summary>How often the allocator asked whether a mapping is in use.</summary>
    public uint Probes { get; internal set; }

    /// <summary>How often the answer was yes.</summary>
    public uint Taken { get; internal set; }

    /// <summary>The mapping was chosen.</summary>
    public ulong AllocatedTick { get; internal set; }

    /// <summary>Confirm began.</summary>
    public ulong ConfirmTick { get; internal set; }

    /// <summary>Confirm returned.</summary>
    public ulong EndTick { get; internal set; }

    /// <summary>The NAT address.</summary>
    public IPv4Address NatAddress { get; internal set; }

    /// <summary>The NAT port.</summary>
    public ushort NatPort { get; internal set; }

    /// <summary>How the mapping was found.</summary>
    public PortChoice Choice { get; internal set; }

    /// <summary>What confirm said.</summary>
    public ConfirmResult Result { get; internal set; }

    /// <summary>Length of the window in ticks.</summary>
    public ulong WindowTicks => EndTick - AllocatedTick;
}

/// <summary>One retransmission of a loser.</summary>
/// <param name="Cpu">CPU that handled it.</param>
/// <param name="Round">0 for the first retransmission.</param>
/// <param name="Client">Client address.</param>
/// <param name="Destination">Destination address.</param>
/// <param name="NatAddress">The NAT address it got.</param>
/// <param name="NatPort">The NAT port it got.</param>
/// <param name="Result">What confirm said.</param>
public sealed record TracedRetransmission(
    int Cpu,
    int Round,
    IPv4Address Client,
    ushort ClientPort,
    IPv4Address Destination,
    IPv4Address NatAddress,
    ushort NatPort,
    ConfirmResult Result);
