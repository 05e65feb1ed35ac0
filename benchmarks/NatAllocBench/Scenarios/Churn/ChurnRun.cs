using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Random;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Scenarios.Churn;

/// <summary>
/// One run on a virtual clock: connections open, are answered, close, stay in TIME_WAIT and expire. A SYN keeps its CPU for the window
/// between allocation and confirm; SYNs on the other CPU may fall into it.
/// </summary>
internal sealed class ChurnRun<TEra> : IDisposable
    where TEra : struct, IEra
{
    public const double WindowMs = 0.002;
    private const int Cpus = 2;
    private readonly ChurnOptions _options;
    private readonly NatBench<TEra> _bench;
    private readonly GcWorker<IPv4Address, TEra, KernelLocks> _gc;
    private readonly EphemeralPorts _ports;
    private readonly RetransmissionSchedule _retransmissions;
    private readonly NatRange<IPv4Address> _rule;
    private readonly PriorityQueue<Step, double> _queue = new();
    private readonly double[] _busyUntil = new double[Cpus];
    private SplitMix64 _portNoise;

    public ChurnRun(Era era, RaceMode mode, ChurnOptions options, uint maxConnections, ulong seed)
    {
        _options = options;
        _bench = new NatBench<TEra>(era, seed, maxConnections: maxConnections, cpus: Cpus + 1);
        _gc = new GcWorker<IPv4Address, TEra, KernelLocks>(_bench.Table);
        _ports = new EphemeralPorts(era.Version, LocalPortRange.Default(era.Version), seed);
        _portNoise = new SplitMix64(seed);
        _retransmissions = RetransmissionSchedule.For(era.Version);
        _rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), mode.Flags);
        Schedule(0, new Step(Event.NewConnection));
    }

    public ChurnTally Tally { get; } = new();

    /// <summary>Runs to a time, ms, and adds to the tally.</summary>
    public void RunUntil(double endMs)
    {
        while (_queue.TryPeek(out _, out double at) && at < endMs)
        {
            Step step = _queue.Dequeue();
            AdvanceTo(at);
            switch (step.Event)
            {
                case Event.NewConnection:
                    Arrive(at);
                    break;
                case Event.Syn:
                    Allocate(at, step);
                    break;
                case Event.Confirm:
                    Confirm(at, step);
                    break;
                default:
                    Close(at, step);
                    break;
            }
        }
    }

    /// <summary>Entries as the kernel counts them.</summary>
    public uint Count => _bench.Table.Count;

    /// <summary>Entries that have not expired.</summary>
    public int Living(double atMs)
    {
        int living = 0;
        _bench.Table.ForEach((slot, _) => living += _bench.Table.RemainingMs(slot, (uint)(long)atMs) > 0 ? 1 : 0);
        return living;
    }

    public (ulong Expired, ulong Evicted, ulong EarlyDrop) Removed => (
        Sum(cpu => _bench.Cpu(cpu).Expired), Sum(cpu => _bench.Cpu(cpu).Evictions), Sum(cpu => _bench.Cpu(cpu).Counters.EarlyDrop));

    public void Dispose() => _bench.Dispose();

    private static ulong Sum(Func<int, ulong> counter) => Enumerable.Range(0, Cpus + 1).Aggregate(0ul, (sum, cpu) => sum + counter(cpu));

    private void AdvanceTo(double ms)
    {
        if (ms >= _gc.NextRunMs)
        {
            _gc.RunUntil(ref _bench.Cpu(Cpus), ms);
        }

        for (int cpu = 0; cpu <= Cpus; cpu++)
        {
            _bench.Cpu(cpu).Now = (uint)(long)ms;
        }
    }

    private void Schedule(double atMs, Step step) => _queue.Enqueue(step, atMs);

    private double Exponential(double mean) => -mean * Math.Log(1 - _bench.Random.NextUnit());

    private void Arrive(double at)
    {
        Schedule(at + Exponential(1000 / _options.Rate), new Step(Event.NewConnection));
        var client = (int)_bench.Random.NextBelow((uint)_options.Clients);
        ConntrackTuple<IPv4Address> tuple = Tuple(client, 0);
        var inUse = new StillTracked(_bench.Table, tuple);
        ushort port = _ports.Next(tuple.Source.Raw, tuple.Destination.Raw, tuple.DestinationKey, ref _portNoise, ref inUse);
        if (port == 0)
        {
            Tally.NoClientPort++;
            return;
        }

        Tally.Connections++;
        Allocate(at, new Step(Event.Syn, client, port));
    }

    private void Allocate(double at, Step step)
    {
        int cpu = step.Client % Cpus;
        if (_busyUntil[cpu] > at)
        {
            Schedule(_busyUntil[cpu], step with { Event = Event.Syn });
            return;
        }

        Tally.Syns++;
        ConntrackTuple<IPv4Address> tuple = Tuple(step.Client, step.Port);
        PendingEntry<IPv4Address> entry = _bench.Open(cpu, in tuple, (uint)_bench.Random.Next64());
        if (entry.IsNone)
        {
            Tally.TableFull++;
            Retransmit(at, step);
            return;
        }

        _bench.Prerouting(cpu, ref entry, null);
        PortChoice choice = _bench.Postrouting(cpu, ref entry, _rule);
        _busyUntil[cpu] = at + WindowMs;
        Schedule(_busyUntil[cpu], step with { Event = Event.Confirm, Entry = entry, Choice = choice });
    }

    private void Confirm(double at, Step step)
    {
        int cpu = step.Client % Cpus;
        if (_bench.Confirm(cpu, step.Entry) is var result && result != ConfirmResult.Inserted)
        {
            Tally.Lost(step.Choice, result);
            Retransmit(at, step);
            return;
        }

        _bench.Segment(cpu, step.Entry.Slot, Direction.Reply, TcpSegment.SynAck);
        _bench.Segment(cpu, step.Entry.Slot, Direction.Original, TcpSegment.Ack);
        Tally.Established++;
        Schedule(
            at + Exponential(_options.LifetimeSeconds * 1000),
            step with { Event = Event.Close, Status = _bench.Table.Status(step.Entry.Slot) });
    }

    /// <summary>The client's kernel sends the SYN again; after its last try connect() has failed.</summary>
    private void Retransmit(double at, Step step)
    {
        int last = step.Tries == 0 ? 0 : _retransmissions.OffsetsSeconds[step.Tries - 1];
        if (step.Tries == _retransmissions.OffsetsSeconds.Length)
        {
            Tally.GaveUp++;
            return;
        }

        double wait = (_retransmissions.OffsetsSeconds[step.Tries] - last) * 1000.0;
        Schedule(at + wait, step with { Event = Event.Syn, Tries = step.Tries + 1 });
    }

    private void Close(double at, Step step)
    {
        ref CpuState cpu = ref _bench.Cpu(step.Client % Cpus);
        var original = new EntryReference(step.Entry.Slot, Direction.Original, step.Status);
        var reply = new EntryReference(step.Entry.Slot, Direction.Reply, step.Status);
        _bench.Table.TcpPacket(ref cpu, original, TcpSegment.Fin);
        _bench.Table.TcpPacket(ref cpu, reply, TcpSegment.Fin);
        if (_bench.Table.TcpPacket(ref cpu, original, TcpSegment.Ack) == PacketOutcome.Gone)
        {
            Tally.GoneBeforeClose++;
        }
    }

    private static ConntrackTuple<IPv4Address> Tuple(int client, ushort port) => ConntrackTuple<IPv4Address>.Of(
        IPProtocol.Tcp, RaceWorkload.ClientAddress(client), port, RaceWorkload.DestinationAddress(0), 80);

    private enum Event
    {
        NewConnection,
        Syn,
        Confirm,
        Close,
    }

    private readonly record struct Step(
        Event Event,
        int Client = 0,
        ushort Port = 0,
        int Tries = 0,
        PendingEntry<IPv4Address> Entry = default,
        ulong Status = 0,
        PortChoice Choice = default);

    /// <summary>
    /// A client does not reuse a port while its last connection is tracked: that would be no new connection for the gateway.
    /// </summary>
    private struct StillTracked(ConntrackTable<IPv4Address, TEra, KernelLocks> table, ConntrackTuple<IPv4Address> tuple) : IPortInUse
    {
        private ConntrackTuple<IPv4Address> _tuple = tuple;

        public bool IsInUse(ushort port)
        {
            _tuple.SourcePort = port;
            return table.TryFind(ref table.Cpu(Cpus), in _tuple, table.Hash(in _tuple), out _);
        }
    }
}
