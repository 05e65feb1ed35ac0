using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Scenarios.Exhaustion;

/// <summary>
/// The ports of one NAT address towards one destination, some of them taken by connections that sent one SYN (or datagram) each:
/// such an entry is never evicted.
/// </summary>
internal sealed class FilledPool<TEra>
    where TEra : struct, IEra
{
    private const int FirstPort = 1024;
    private const ushort FixedClientPort = 20_000;
    private const uint Lifetime = 120_000;
    private const int FirstFillClient = 0x200000;
    private readonly NatBench<TEra> _bench;
    private readonly RaceMode _mode;
    private readonly ushort[] _taken;
    private int _count;
    private int _nextClient;

    /// <param name="ports">Ports of the rule from 1024 on; all 64512 of them mean a rule without ports.</param>
    public FilledPool(NatBench<TEra> bench, RaceMode mode, FillKind fill, int taken, int ports = RaceWorkload.AllPorts)
    {
        _bench = bench;
        _mode = mode;
        _taken = new ushort[taken];
        Ports = ports;
        Rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), mode.Flags);
        if (ports != RaceWorkload.AllPorts)
        {
            Rule = Rule.WithPorts(FirstPort, (ushort)(FirstPort + ports - 1));
        }

        Fill(fill);
    }

    public int Ports { get; }

    public NatRange<IPv4Address> Rule { get; }

    /// <summary>Opens a connection of a client that was not seen before; its own port is taken, if any is.</summary>
    public PendingEntry<IPv4Address> Open(int cpu = 0)
    {
        ushort port = _count == 0 ? FixedClientPort : _taken[_bench.Random.NextBelow((uint)_count)];
        ConntrackTuple<IPv4Address> tuple = Tuple(RaceWorkload.ClientAddress(_nextClient++), port);
        return _bench.Open(cpu, in tuple);
    }

    /// <summary>Runs the allocator for an open connection. The rover, where there is one, stands anywhere.</summary>
    public PortChoice Search(ref PendingEntry<IPv4Address> entry, int cpu = 0)
    {
        if (_mode == RaceMode.Default)
        {
            _bench.ScatterRover(IPProtocol.Tcp);
        }

        return SearchOnward(ref entry, cpu);
    }

    /// <summary>The same with the rover where the last search left it.</summary>
    public PortChoice SearchOnward(ref PendingEntry<IPv4Address> entry, int cpu = 0) => _bench.Postrouting(cpu, ref entry, Rule);

    private void Fill(FillKind fill)
    {
        bool constantStart = _mode == RaceMode.Random && _bench.Table.Era.Traits.RandomStart != StartOffset.Random;
        switch (fill)
        {
            case FillKind.Self when constantStart:
                FillFromConstantStart();
                break;
            case FillKind.Self:
                FillBySearching(clientPort: null);
                break;
            case FillKind.Fixed:
                FillBySearching(FixedClientPort);
                break;
            case FillKind.Random:
                FillAtRandom();
                break;
            default:
                uint first = _bench.Random.NextBelow((uint)Ports);
                for (int i = 0; i < _taken.Length; i++)
                {
                    Take((int)((first + i) % Ports));
                }

                break;
        }
    }

    /// <summary>Clients connect from one port, or from ephemeral ports.</summary>
    private void FillBySearching(ushort? clientPort)
    {
        LocalPortRange ports = LocalPortRange.Default(_bench.Table.Era.Version);
        for (int client = 0; _count < _taken.Length; client++)
        {
            ushort port = clientPort ?? (ushort)(ports.Low + _bench.Random.NextBelow(ports.Count));
            ConntrackTuple<IPv4Address> tuple = Tuple(RaceWorkload.ClientAddress(FirstFillClient + client), port);
            PendingEntry<IPv4Address> entry = _bench.Open(0, in tuple);
            _bench.Postrouting(0, ref entry, Rule);
            ushort mapped = _bench.PortOf(entry.Slot);
            if (_bench.Confirm(0, in entry) == ConfirmResult.Inserted)
            {
                _taken[_count++] = mapped;
            }
        }
    }

    private void FillAtRandom()
    {
        var ports = new int[Ports];
        for (int i = 0; i < Ports; i++)
        {
            ports[i] = i;
        }

        for (int i = 0; i < _taken.Length; i++)
        {
            int j = i + (int)_bench.Random.NextBelow((uint)(Ports - i));
            (ports[i], ports[j]) = (ports[j], ports[i]);
            Take(ports[i]);
        }
    }

    /// <summary>What searches from a constant start fill: its offsets in turn, each a port unless it is taken already.</summary>
    private void FillFromConstantStart()
    {
        ConntrackTuple<IPv4Address> tuple = Tuple(RaceWorkload.NatAddress(0), 0);
        var seen = new bool[Ports];
        for (ushort offset = KeyedStart.Of(_bench.Table.Era, _bench.Table.Nat, in tuple); _count < _taken.Length; offset++)
        {
            int port = offset % Ports;
            if (!seen[port])
            {
                seen[port] = true;
                Take(port);
            }
        }
    }

    /// <summary>Writes an entry as confirm would have left it.</summary>
    private void Take(int index)
    {
        var port = (ushort)(FirstPort + index);
        ConntrackTuple<IPv4Address> original = Tuple(RaceWorkload.ClientAddress(FirstFillClient + _count), port);
        ConntrackTuple<IPv4Address> reply = Tuple(RaceWorkload.NatAddress(0), port).Invert();
        ulong status = EntryStatus.SourceNat | EntryStatus.NatDoneMask;
        _bench.Table.Restore(
            ref _bench.Cpu(0), in original, in reply, EntryStatus.WithState(status, TcpState.SynSent), Lifetime);
        _taken[_count++] = port;
    }

    private static ConntrackTuple<IPv4Address> Tuple(IPv4Address source, ushort port) =>
        ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, source, port, RaceWorkload.DestinationAddress(0), 80);
}
