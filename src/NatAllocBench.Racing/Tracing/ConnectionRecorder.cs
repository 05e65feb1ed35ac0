using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Tracing;

/// <summary>
/// One worker's notes about the connections of one trial, kept in memory until the trial is over. All connections are noted, since
/// nobody knows in advance which of them will collide; sampling decides later which are written.
/// </summary>
/// <remarks>
/// Writing an event takes hundreds of nanoseconds, about as long as the window itself, and would change what it shows. Here the window
/// grows by one clock reading and a few stores to warm lines; the rest is stored after it.
/// </remarks>
internal sealed unsafe class ConnectionRecorder
{
    // Nothing that a connection does takes as long, unless its CPU was taken away.
    private const double SuspiciousNs = 5000;

    private readonly ConnectionFacts[] _facts;
    private readonly List<RetransmissionFacts> _retransmissions;
    private readonly List<PreemptionFacts> _preemptions;
    private readonly uint* _numberOfSlot;
    private readonly uint _workers;
    private readonly ulong _suspiciousTicks;
    private ConnectionFacts _current;
    private ulong _probesBefore;
    private ulong _takenBefore;
    private long _switches;
    private int _count;

    /// <param name="numberOfSlot">By slot, the number of the connection that lives there; shared by all workers, zero at first.</param>
    /// <param name="worker">Index of the worker.</param>
    /// <param name="workers">Workers of the trial.</param>
    /// <param name="most">Most connections of this worker.</param>
    /// <param name="windowAddedNs">Busy wait of every connection, ns.</param>
    public ConnectionRecorder(uint* numberOfSlot, int worker, int workers, int most, double windowAddedNs)
    {
        _numberOfSlot = numberOfSlot;
        Worker = worker;
        _workers = (uint)workers;
        _suspiciousTicks = TickClock.FromNanoseconds(SuspiciousNs + windowAddedNs);
        _facts = new ConnectionFacts[most];

        // Touches the pages, so that no page fault falls into the trial.
        Array.Clear(_facts);
        _retransmissions = new List<RetransmissionFacts>(most);
        _preemptions = new List<PreemptionFacts>(1024);
    }

    public int Worker { get; }

    public ReadOnlySpan<ConnectionFacts> Connections => _facts.AsSpan(0, _count);

    public IReadOnlyList<RetransmissionFacts> Retransmissions => _retransmissions;

    public IReadOnlyList<PreemptionFacts> Preemptions => _preemptions;

    /// <summary>Numbers start at 1 and name worker and place: worker w has w + 1, w + 1 + workers, and so on.</summary>
    public uint NumberOf(int index) => ((uint)index * _workers) + (uint)Worker + 1;

    public void Started(in ConntrackTuple<IPv4Address> tuple, in CpuState cpu)
    {
        _current.Tuple = tuple;
        _probesBefore = cpu.Probes;
        _takenBefore = cpu.Hits;
        _current.StartTick = TickClock.Now();
        if (_current.StartTick - _current.EndTick > _suspiciousTicks)
        {
            // The worker has waited: what was taken from it meanwhile is not to be blamed on this connection.
            _switches = InvoluntarySwitches.OfCurrentThread() ?? 0;
            _current.StartTick = TickClock.Now();
        }
    }

    public void Choosing() => _current.ChooseTick = TickClock.Now();

    public void Confirming(Slot slot, ulong allocatedAt, PortChoice choice, in CpuState cpu, in ConntrackTuple<IPv4Address> reply)
    {
        // Plain store: confirm publishes the slot with a release after it.
        _numberOfSlot[slot.Number] = NumberOf(_count);
        _current.AllocatedTick = allocatedAt;
        _current.Choice = choice;
        _current.Probes = (uint)(cpu.Probes - _probesBefore);
        _current.Taken = (uint)(cpu.Hits - _takenBefore);
        _current.NatAddress = reply.Destination;
        _current.NatPort = reply.DestinationPort;
        _current.ConfirmTick = TickClock.Now();
    }

    public void Confirmed(ulong now, ConfirmResult result, uint sequence)
    {
        _current.EndTick = now;
        _current.Result = result;
        _current.Sequence = sequence;
        _facts[_count++] = _current;
        if (now - _current.StartTick > _suspiciousTicks)
        {
            NotePreemption(_current.StartTick, now);
        }
    }

    public void Lost(Slot winner, in ConntrackTuple<IPv4Address> original)
    {
        ref ConnectionFacts loser = ref _facts[_count - 1];

        // Plain read: confirm met the winner in a chain under its lock, hence sees what was stored before the winner was linked.
        loser.Winner = _numberOfSlot[winner.Number];
        loser.WinnerClient = original.Source;
        loser.WinnerPort = original.SourcePort;
    }

    public void WinnerGone()
    {
        ref ConnectionFacts loser = ref _facts[_count - 1];
        loser.Winner = 0;
        loser.WinnerClient = default;
        loser.WinnerPort = 0;
    }

    public void Retransmitted(
        int round, in ConntrackTuple<IPv4Address> tuple, in ConntrackTuple<IPv4Address> reply, PortChoice choice, ConfirmResult result) =>
        _retransmissions.Add(new RetransmissionFacts(round, tuple, reply.Destination, reply.DestinationPort, choice, result));

    private void NotePreemption(ulong from, ulong to)
    {
        long switches = InvoluntarySwitches.OfCurrentThread() ?? 0;
        if (switches != _switches)
        {
            _preemptions.Add(new PreemptionFacts(from, to, switches - _switches));
            _switches = switches;
        }
    }
}
