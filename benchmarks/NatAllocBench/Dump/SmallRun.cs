using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Scenarios;

namespace NatAllocBench.Dump;

/// <summary>
/// A few connections of every kind on two CPUs, each pair of them in one another's window: what a table looks like after a race. All of it
/// follows from the seed.
/// </summary>
internal sealed class SmallRun<TEra> : IDisposable
    where TEra : struct, IEra
{
    private const uint BetweenPairsMs = 100;
    private const uint RetransmissionMs = 1_000;
    private const ushort FirstClientPort = 40_000;
    private const int FirstStandingClient = 0x800000;
    private readonly NatBench<TEra> _bench;
    private readonly RaceWorkload _workload;

    public SmallRun(Era era, RaceMode mode, int connections, double occupancy, ulong seed)
    {
        _workload = new RaceWorkload { Era = era, Mode = mode, Occupancy = occupancy };
        uint entries = (uint)Math.Max(65_536, 2 * (_workload.Standing + connections));
        _bench = new NatBench<TEra>(era, seed, entries, entries);
        FillPool();
        for (int pair = 0; pair * 2 < connections; pair++)
        {
            RacePair(pair, isAlone: (pair * 2) + 1 == connections);
        }
    }

    public ConntrackTable<IPv4Address, TEra, KernelLocks> Table => _bench.Table;

    /// <summary>The clock at the end, ms.</summary>
    public uint Now { get; private set; }

    public void Dispose() => _bench.Dispose();

    private void FillPool()
    {
        LocalPortRange ports = LocalPortRange.Default(_workload.Era.Version);
        for (int standing = 0, client = 0; standing < _workload.Standing; client++)
        {
            var port = (ushort)(ports.Low + _bench.Random.NextBelow(ports.Count));
            PendingEntry<IPv4Address> entry = Open(0, Kind.TimeWait, FirstStandingClient + client, port);
            if (Confirm(0, in entry))
            {
                Live(0, entry.Slot, Kind.TimeWait);
                standing++;
            }
        }
    }

    private void RacePair(int pair, bool isAlone)
    {
        Advance(BetweenPairsMs);
        var kind = (Kind)(pair % (int)Kind.Count);
        var port = (ushort)(FirstClientPort + pair);
        PendingEntry<IPv4Address> first = Open(0, kind, pair * 2, port);
        PendingEntry<IPv4Address> second = isAlone ? PendingEntry<IPv4Address>.None : Open(1, kind, (pair * 2) + 1, port);
        if (Confirm(0, in first))
        {
            Live(0, first.Slot, kind);
        }

        if (isAlone)
        {
            return;
        }

        if (!Confirm(1, in second))
        {
            // The loser's kernel sends again, and now sees the winner.
            Advance(RetransmissionMs);
            second = Open(1, kind, (pair * 2) + 1, port);
            if (!Confirm(1, in second))
            {
                return;
            }
        }

        Live(1, second.Slot, kind);
    }

    private void Advance(uint ms)
    {
        Now += ms;
        _bench.Cpu(0).Now = Now;
        _bench.Cpu(1).Now = Now;
    }

    private PendingEntry<IPv4Address> Open(int cpu, Kind kind, int client, ushort port)
    {
        IPv4Address source = RaceWorkload.ClientAddress(client);
        IPv4Address server = RaceWorkload.DestinationAddress(0);
        ConntrackTuple<IPv4Address> tuple = kind switch
        {
            Kind.Ping => ConntrackTuple<IPv4Address>.OfIcmp(source, port, server, type: 8, code: 0),
            Kind.Query or Kind.AnsweredQuery => ConntrackTuple<IPv4Address>.Of(IPProtocol.Udp, source, port, server, 53),
            _ => ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, source, port, server, 80),
        };
        PendingEntry<IPv4Address> entry = _bench.Open(cpu, in tuple, (uint)_bench.Random.Next64());
        _bench.Prerouting(cpu, ref entry, null);
        _bench.Postrouting(cpu, ref entry, _workload.Rule);
        return entry;
    }

    private bool Confirm(int cpu, in PendingEntry<IPv4Address> entry) => _bench.Confirm(cpu, in entry) == ConfirmResult.Inserted;

    private void Live(int cpu, Slot slot, Kind kind)
    {
        switch (kind)
        {
            case Kind.AnsweredQuery or Kind.Ping:
                Table.DatagramPacket(ref _bench.Cpu(cpu), new EntryReference(slot, Direction.Reply, Table.Status(slot)));
                break;
            case Kind.Established or Kind.TimeWait:
                _bench.Segment(cpu, slot, Direction.Reply, TcpSegment.SynAck);
                _bench.Segment(cpu, slot, Direction.Original, TcpSegment.Ack);
                if (kind == Kind.TimeWait)
                {
                    _bench.Segment(cpu, slot, Direction.Original, TcpSegment.Fin);
                    _bench.Segment(cpu, slot, Direction.Reply, TcpSegment.Fin);
                    _bench.Segment(cpu, slot, Direction.Original, TcpSegment.Ack);
                }

                break;
        }
    }

    private enum Kind
    {
        Syn,
        Established,
        TimeWait,
        Query,
        AnsweredQuery,
        Ping,
        Count,
    }
}
