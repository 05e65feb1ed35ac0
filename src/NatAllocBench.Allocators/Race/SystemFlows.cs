using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Race;

/// <summary>
/// Flows of clients 10.0.0.2 and up to destinations 198.18.0.0 and up, UDP port 53: the endpoints of the race. Client ports are uniform in
/// the system's range, so that a system which keeps ports meets the same occupancy with its first candidate as with the others.
/// </summary>
internal struct SystemFlows(int clients, int destinations, ushort firstPort, ushort lastPort, ulong seed)
{
    public const byte Protocol = IpProtocols.Udp;
    public const ushort DestinationPort = 53;

    private const uint FirstClient = 0x0A000002;
    private const uint FirstDestination = 0xC6120000;

    private CpuRandom _random = new(seed);

    public static uint Destination(int index) => FirstDestination + (uint)index;

    /// <summary>The next flow of a client.</summary>
    public FlowTuple<uint> Next(int client) => new(
        Protocol,
        FirstClient + (uint)(client % clients),
        (ushort)(firstPort + _random.NextBelow((uint)lastPort - firstPort + 1)),
        Destination((int)_random.NextBelow((uint)destinations)),
        DestinationPort);
}
