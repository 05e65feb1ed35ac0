using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Platform.Random;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Allocators.Race;

/// <summary>
/// First packets of clients 10.0.0.2 and up to destinations 198.18.0.0 and up, UDP port 53: the endpoints of the race. Clients choose their
/// ports as those of the race do; no flow comes twice.
/// </summary>
internal sealed class SystemFlows
{
    public const byte Protocol = IpProtocols.Udp;
    public const ushort DestinationPort = 53;
    public const uint FirstClient = 0x0A000002;

    private const uint FirstDestination = 0xC6120000;
    private const ushort FixedPort = 20000;
    private static readonly KernelVersion ClientKernel = new(6, 12);

    private readonly SystemWorkload _workload;
    private readonly EphemeralPorts _ports;
    private readonly HashSet<FlowTuple<uint>> _made = [];
    private readonly uint[] _sent;
    private readonly uint _sharedStart;
    private CpuRandom _random;
    private SplitMix64 _noise;

    public SystemFlows(SystemWorkload workload, ulong seed)
    {
        _workload = workload;
        _ports = new EphemeralPorts(ClientKernel, LocalPortRange.Default(ClientKernel), seed);
        _sent = new uint[workload.Clients];
        _random = new CpuRandom(seed);
        _noise = new SplitMix64(seed);
        _sharedStart = _random.NextBelow(_ports.Range.Count / 2);
    }

    public static uint Destination(int index) => FirstDestination + (uint)index;

    /// <summary>The next flow of a client.</summary>
    /// <param name="client">Its number.</param>
    /// <param name="destination">Number of the destination; null draws one.</param>
    public FlowTuple<uint> Next(int client, int? destination = null)
    {
        uint turn = _sent[client]++;
        int to = destination ?? (_workload.SourcePorts == SourcePortChoice.Fixed
            ? (int)(turn % (uint)_workload.Destinations)
            : (int)_random.NextBelow((uint)_workload.Destinations));
        var flow = new FlowTuple<uint>(Protocol, FirstClient + (uint)client, FixedPort, Destination(to), DestinationPort);
        LocalPortRange range = _ports.Range;
        if (_workload.SourcePorts == SourcePortChoice.Shared)
        {
            flow.SourcePort = (ushort)(range.Low + (2 * (_sharedStart + turn) % (range.Count & ~1u)));
        }
        else if (_workload.SourcePorts == SourcePortChoice.Kernel)
        {
            var made = new Made(_made, flow);
            flow.SourcePort = _ports.Next(flow.Source, flow.Destination, flow.DestinationPort, ref _noise, ref made);
            _made.Add(flow);
        }

        return flow;
    }

    /// <summary>A client's own connections: connect() gives no port twice towards one destination.</summary>
    private readonly struct Made(HashSet<FlowTuple<uint>> made, FlowTuple<uint> flow) : IPortInUse
    {
        public bool IsInUse(ushort port) => made.Contains(flow with { SourcePort = port });
    }
}
