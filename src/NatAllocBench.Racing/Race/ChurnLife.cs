using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// The life of one worker's connections in a steady state: they are answered at once, live for a second of the virtual clock, close, stand
/// in TIME_WAIT and expire. Each new connection moves the worker's clock on by its share of the rate.
/// </summary>
/// <remarks>
/// All of it happens before a connection starts or after it is confirmed, never inside a window. Packets go through the table's own state
/// machine; expired entries go as in the era: when a walk meets them, or by the collector, which runs on the first worker.
/// </remarks>
internal sealed class ChurnLife<TEra, TDesign>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly GcWorker<IPv4Address, TEra, TDesign>? _collector;
    private readonly double _stepMs;
    private readonly Open[] _open;
    private int _oldest;
    private int _openCount;
    private double _nowMs = RaceWorkload.TimeWaitMs;

    /// <param name="workload">A workload with a rate.</param>
    /// <param name="senders">Client threads of this worker, at least 1.</param>
    /// <param name="collects">Whether the collector runs on this worker.</param>
    public ChurnLife(ConntrackTable<IPv4Address, TEra, TDesign> table, RaceWorkload workload, int senders, bool collects)
    {
        _table = table;
        _stepMs = 1000 / workload.ChurnPerSecond * workload.Senders / senders;
        _open = new Open[(int)Math.Ceiling(RaceWorkload.LifetimeMs / _stepMs) + 2];

        // Up to 4.8 every entry has a timer of its own: it is gone to whoever looks, and a sweep at every step would only take time.
        _collector = collects && table.Era.Traits.Gc != GcSchedule.EntryTimers ? new GcWorker<IPv4Address, TEra, TDesign>(table) : null;
    }

    /// <summary>The worker's virtual time, ms.</summary>
    public uint NowMs => (uint)_nowMs;

    /// <summary>The collector's walks while the standing entries came.</summary>
    public void CatchUp(ref CpuState cpu) => _collector?.RunUntil(ref cpu, _nowMs);

    /// <summary>
    /// Before a connection: the clock moves on, connections whose life is over close, and the collector may walk. That may take long, and
    /// is work.
    /// </summary>
    /// <param name="watch">The worker's, which takes none of it for a gap.</param>
    /// <returns>When it began, in ticks.</returns>
    public ulong Age(ref CpuState cpu, ClockWatch watch)
    {
        ulong began = TickClock.Now();
        watch.Look(began);
        Advance(ref cpu);
        watch.Seen(TickClock.Now());
        return began;
    }

    /// <summary>After a successful confirm: the handshake is completed.</summary>
    public void Opened(ref CpuState cpu, Slot slot)
    {
        ulong status = _table.Status(slot);
        _table.TcpPacket(ref cpu, new EntryReference(slot, Direction.Reply, status), TcpSegment.SynAck);
        _table.TcpPacket(ref cpu, new EntryReference(slot, Direction.Original, status), TcpSegment.Ack);
        _open[(_oldest + _openCount) % _open.Length] = new Open(slot, status, _nowMs + RaceWorkload.LifetimeMs);
        _openCount++;
    }

    private void Advance(ref CpuState cpu)
    {
        _nowMs += _stepMs;
        cpu.Now = (uint)_nowMs;
        if (_collector is not null && _nowMs >= _collector.NextRunMs)
        {
            _collector.RunUntil(ref cpu, _nowMs);
        }

        while (_openCount > 0 && _open[_oldest].ClosesAtMs <= _nowMs)
        {
            Close(ref cpu, in _open[_oldest]);
            _oldest = (_oldest + 1) % _open.Length;
            _openCount--;
        }
    }

    private void Close(ref CpuState cpu, in Open connection)
    {
        var original = new EntryReference(connection.Slot, Direction.Original, connection.Status);
        _table.TcpPacket(ref cpu, original, TcpSegment.Fin);
        _table.TcpPacket(ref cpu, new EntryReference(connection.Slot, Direction.Reply, connection.Status), TcpSegment.Fin);
        _table.TcpPacket(ref cpu, original, TcpSegment.Ack);
    }

    private readonly record struct Open(Slot Slot, ulong Status, double ClosesAtMs);
}
