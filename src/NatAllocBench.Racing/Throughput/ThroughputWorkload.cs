using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// What every design does in one cell: so many connections from as many sources, all with one original port, to some destinations, through
/// one NAT address. So nearly every connection of the default mode finds its own port taken and searches.
/// </summary>
public sealed record ThroughputWorkload
{
    /// <summary>Most connections of a cell: one source address for each out of 10.0.0.0/8, a little less than 2^24.</summary>
    public const int MaxConnections = 16_000_000;

    private const uint DefaultBuckets = 262_144;
    private const ushort OriginalPort = 20000;
    private const ushort DestinationPort = 80;

    /// <summary>The era.</summary>
    public required Era Era { get; init; }

    /// <summary>The mode.</summary>
    public required RaceMode Mode { get; init; }

    /// <summary>Connections of one round, 1 to <see cref="MaxConnections"/>.</summary>
    public required int Connections { get; init; }

    /// <summary>Destinations over which they spread evenly, 1 to 65536.</summary>
    public int Destinations { get; init; } = 1;

    /// <summary>Pinned workers, 1 to 1024.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Busy wait between allocation and confirm, ns; widens the race.</summary>
    public double WindowAddedNs { get; init; }

    /// <summary>Number of buckets: the kernel's default, or two for each connection where that is more.</summary>
    public uint Buckets => Math.Max(DefaultBuckets, 2 * (uint)Connections);

    /// <summary>The rule: masquerade to one address.</summary>
    public NatRange<IPv4Address> Rule => NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), Mode.Flags);

    /// <summary>Why the cell cannot be measured; null if it can.</summary>
    public string? WhyMissing => Mode.WhyMissingIn(Era) is { } why ? why
        : Mode == RaceMode.RoverCas ? "rover-cas is for races: the designs that are not the model's have no such rover"
        : (Connections + Destinations - 1) / Destinations > RaceWorkload.AllPorts
            ? $"{Connections} connections to {Destinations} destinations do not fit into {RaceWorkload.AllPorts} ports for each"
            : null;

    /// <summary>The flows from number <paramref name="first"/> on.</summary>
    /// <param name="first">0 to <see cref="Connections"/> - 1.</param>
    public FlowCursor Flows(int first) => new(first, Destinations);

    /// <summary>Hands out flows in order; flow n comes from the n-th source and goes to destination n modulo their number.</summary>
    public struct FlowCursor
    {
        private readonly uint _destinations;
        private uint _source;
        private uint _destination;

        internal FlowCursor(int first, int destinations)
        {
            _destinations = (uint)destinations;
            _source = (uint)first;
            _destination = (uint)first % _destinations;
        }

        /// <summary>The ORIGINAL tuple of the next flow, written where it is needed.</summary>
        /// <param name="tuple">Receives it.</param>
        public void Next(out ConntrackTuple<IPv4Address> tuple)
        {
            ConntrackTuple<IPv4Address>.Write(
                out tuple,
                IPProtocol.Tcp,
                RaceWorkload.ClientAddress((int)_source++),
                OriginalPort,
                RaceWorkload.DestinationAddress((int)_destination),
                DestinationPort);
            _destination = _destination + 1 == _destinations ? 0 : _destination + 1;
        }
    }
}
