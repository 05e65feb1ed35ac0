using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Random;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>Which source port a client's socket takes for its next connection; one for each worker.</summary>
internal sealed class SourcePorts<TEra, TDesign>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const ushort FixedPort = 20000;

    private readonly RaceCourse<TEra, TDesign> _course;
    private readonly RaceWorkload _workload;
    private readonly LoserList _losers;
    private readonly int _cpu;
    private readonly uint[] _sent;
    private readonly ushort _sharedStart;
    private SplitMix64 _noise;

    /// <param name="course">What the workers share.</param>
    /// <param name="cpu">Number of the worker.</param>
    /// <param name="losers">Sockets that still wait: their ports are taken.</param>
    public SourcePorts(RaceCourse<TEra, TDesign> course, int cpu, LoserList losers)
    {
        _course = course;
        _workload = course.Workload;
        _losers = losers;
        _cpu = cpu;
        _sent = _workload.SourcePorts == SourcePortChoice.Kernel ? [] : new uint[_workload.Senders];
        _sharedStart = (ushort)(course.Seed % 14_000);
        _noise = new SplitMix64(course.Seed - (ulong)cpu);
    }

    /// <summary>Ports that were tried since this was last set to 0.</summary>
    public ulong Tried { get; set; }

    /// <summary>With one port for all: the next destination to which a sender's tuple is new.</summary>
    public int NextDestination(int sender) => (int)(_sent[sender]++ % (uint)_workload.Destinations);

    /// <summary>Chooses a port.</summary>
    /// <param name="tuple">ORIGINAL tuple, which gets the port.</param>
    /// <param name="sender">The client thread.</param>
    /// <returns>Whether there is one that no waiting socket has.</returns>
    public bool Choose(ref ConntrackTuple<IPv4Address> tuple, int sender, int destination)
    {
        switch (_workload.SourcePorts)
        {
            case SourcePortChoice.Kernel:
                var inUse = new TrackedPort<TEra, TDesign>(
                    _course.Table, _cpu, in tuple, _course.ClaimedPorts(sender / _workload.Threads, destination));
                ushort port = _course.Ports.Next(tuple.Source.Raw, tuple.Destination.Raw, tuple.DestinationKey, ref _noise, ref inUse);
                tuple.SourcePort = port;
                Tried += inUse.Tried;
                return port != 0 && !_losers.Holds(in tuple);
            case SourcePortChoice.Shared:
                LocalPortRange range = _course.Ports.Range;
                uint turn = (_sent[sender]++ * (uint)_workload.Threads) + (uint)(sender % _workload.Threads);
                tuple.SourcePort = (ushort)(range.Low + (2 * (_sharedStart + turn) % (range.Count & ~1u)));
                return !_losers.Holds(in tuple);
            default:
                tuple.SourcePort = FixedPort;
                return !_losers.Holds(in tuple);
        }
    }
}
