using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// The hot path of a race: what happens to one connection, from the client's port to confirm. Any change here moves numbers.
/// </summary>
/// <remarks>
/// <code>
/// client   source port, SYN built
/// kernel   lookup (nothing found), new entry
///          choose a mapping: keep the port, or search            (early half)
///          --- window begins: clock is read after the last probe
///          write REPLY, publish by source, rewrite the headers, added wait
///          confirm: lock, walk both chains, insert or fail       (late half)
///          --- window ends: clock is read after the insertion (one connection in sixteen)
/// </code>
/// The first clock reading is made for every connection, since the distance of two colliding allocations is taken from it; its cost is
/// part of the window.
/// </remarks>
internal sealed unsafe class ConnectionLoop<TEra, TDesign, TTelemetry> : ILiveCounts
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
    where TTelemetry : struct, ITelemetry
{
    private const int ClientsToldApart = 256;

    /// <summary>A probe that misses every cache, twice.</summary>
    private const double MostNsOfProbe = 250;

    private readonly RaceWorkload _workload;
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly RaceCourse<TEra, TDesign> _course;
    private readonly NatRange<IPv4Address> _rule;
    private readonly int _cpu;
    private readonly ulong _addedTicks;
    private readonly ulong _pathTicks;
    private readonly BoundedWait _wait;
    private readonly ushort _destinationPort;
    private readonly FirstPacket _packet;
    private readonly LoserList _losers;
    private readonly SourcePorts<TEra, TDesign> _ports;
    private readonly TTelemetry _telemetry;
    private readonly ChurnLife<TEra, TDesign>? _life;
    private int _round;
    private ulong _roundStart;
    private CpuRandom _random;
    private ulong _probesSeen;
    private WorkerTally _tally;

    /// <param name="course">What the workers share.</param>
    /// <param name="cpu">Number of the worker.</param>
    /// <param name="mostConnections">Most connections of the trial.</param>
    /// <param name="connectionsOfRound">Connections of a round; 0 where there are none.</param>
    /// <param name="telemetry">What notes the connections.</param>
    /// <param name="life">The life of a steady state, or null.</param>
    /// <param name="cancellation">Ends waits early.</param>
    public ConnectionLoop(
        RaceCourse<TEra, TDesign> course,
        int cpu,
        int mostConnections,
        int connectionsOfRound,
        TTelemetry telemetry,
        ChurnLife<TEra, TDesign>? life,
        CancellationToken cancellation)
    {
        _wait = new BoundedWait(cancellation);
        Watch = new ClockWatch(course.Workload.WindowAddedNs + course.Workload.PathTimeNs);
        _pathTicks = TickClock.FromNanoseconds(course.Workload.PathTimeNs);
        _life = life;
        _telemetry = telemetry;
        _course = course;
        _workload = course.Workload;
        _table = course.Table;
        _rule = course.Workload.Rule;
        _cpu = cpu;
        _addedTicks = TickClock.FromNanoseconds(course.Workload.WindowAddedNs);
        _destinationPort = (ushort)(course.Workload.Protocol == IPProtocol.Udp ? 53 : 80);
        _losers = new LoserList(mostConnections);
        _ports = new SourcePorts<TEra, TDesign>(course, cpu, _losers);
        _random = new CpuRandom(course.Seed + (ulong)cpu);
        _packet = new FirstPacket(course.Workload.Protocol);
        FailedByClient = new long[course.Workload.Clients <= ClientsToldApart ? course.Workload.Clients : 0];
        Parts = new CountedParts(_losers, FailedByClient, connectionsOfRound);
    }

    /// <summary>All that the worker brought to confirm, whether it counts or not; <see cref="Parts"/> says what does not.</summary>
    public ref readonly WorkerTally Tally => ref _tally;

    /// <summary>Which connections count.</summary>
    public CountedParts Parts { get; }

    /// <summary>Notices when the CPU was taken away.</summary>
    public ClockWatch Watch { get; }

    /// <summary>Probes of the first SYNs.</summary>
    public ulong Probes { get; private set; }

    /// <summary>The kernel's counters of this CPU over the first SYNs.</summary>
    public CpuStatistics Counted { get; private set; }

    public WindowHistogram Window => Parts.Window;

    public long[] FailedByClient { get; }

    /// <summary>The worker's virtual time, ms; 0 without a steady state.</summary>
    public uint NowMs => _life?.NowMs ?? 0;

    /// <summary>Connections whose SYN was lost so far, or lost again.</summary>
    public int LoserCount => _losers.Count;

    /// <summary>Connections that failed again, by retransmission.</summary>
    public long[] FailedAgain { get; } = new long[RaceCourse<TEra, TDesign>.Retransmissions];

    /// <summary>Collections of garbage between the worker's first and last connection.</summary>
    public int Collections { get; private set; }

    /// <summary>Connections that a retransmission brought into the table.</summary>
    public long Recovered { get; private set; }

    public void Begin()
    {
        ref CpuState cpu = ref _table.Cpu(_cpu);
        Probes = cpu.Probes;
        Counted = cpu.Counters;
        Collections = GC.CollectionCount(0);
        ulong now = TickClock.Now();
        Watch.Start(now);
        StartRound(0, now);
        StartPart(decided: true);
    }

    /// <summary>After the last connection for a while: whether the CPU was taken away since it was allocated.</summary>
    public void LookAtClock() => Watch.Look(TickClock.Now());

    /// <summary>
    /// From here on connections count, or are decided on when the part ends. The trial's measured time begins with the first.
    /// </summary>
    public void StartPart(bool decided)
    {
        if (_tally.StartTick == 0)
        {
            _tally.StartTick = TickClock.Now();
        }

        Parts.Begin(in _tally, in _table.Cpu(_cpu), decided);
    }

    /// <summary>The connections since <see cref="StartPart"/> count, or do not. The measured time ends with the last that does.</summary>
    /// <param name="counts">Whether they do.</param>
    /// <param name="endTick">When the last ended; 0 for now.</param>
    public void EndPart(bool counts, ulong endTick = 0)
    {
        Parts.End(in _tally, in _table.Cpu(_cpu), counts);
        if (counts)
        {
            _tally.EndTick = endTick == 0 ? TickClock.Now() : endTick;
        }
    }

    /// <summary>The first connection of a trial: the gate aligned it with those of the other workers, as no real traffic is.</summary>
    public void LeaveOut()
    {
        Parts.End(in _tally, in _table.Cpu(_cpu), counts: false);
        _tally.StartTick = 0;
    }

    /// <summary>From here on connections belong to a round that began at a common tick.</summary>
    public void StartRound(int round, ulong startTick)
    {
        _round = round;
        _roundStart = startTick;
    }

    public void End()
    {
        ref CpuState cpu = ref _table.Cpu(_cpu);
        Probes = cpu.Probes - Probes - Parts.LeftOutProbes;
        Counted = cpu.Counters.Since(Counted).Since(Parts.LeftOutCounters);
        Collections = GC.CollectionCount(0) - Collections;
        _packet.KeepAlive();
    }

    /// <summary>A destination drawn at random; with one port for all, the next destination to which this sender's tuple is new.</summary>
    public int AnyDestination(int sender)
    {
        if (_workload.Destinations == 1)
        {
            return 0;
        }

        return _workload.SourcePorts == SourcePortChoice.Fixed
            ? _ports.NextDestination(sender)
            : (int)_random.NextBelow((uint)_workload.Destinations);
    }

    /// <summary>Before the race: the collector's walks up to the time at which a steady state begins.</summary>
    public void Prepare() => _life?.CatchUp(ref _table.Cpu(_cpu));

    /// <summary>Before each connection: a steady state moves on.</summary>
    /// <returns>When it began to, in ticks; 0 without a steady state.</returns>
    public ulong Age() => _life?.Age(ref _table.Cpu(_cpu), Watch) ?? 0;

    /// <summary>A new connection of a client thread.</summary>
    public void Connect(int sender, int destination)
    {
        int client = sender / _workload.Threads;
        var tuple = ConntrackTuple<IPv4Address>.Of(
            _workload.Protocol,
            RaceWorkload.ClientAddress(client),
            0,
            RaceWorkload.DestinationAddress(destination),
            _destinationPort);
        if (!_ports.Choose(ref tuple, sender, destination))
        {
            _tally.Skipped++;
            return;
        }

        if (TTelemetry.IsOn)
        {
            _telemetry.Started(in tuple, in _table.Cpu(_cpu));
        }

        PortChoice choice = Allocate(in tuple, out PendingEntry<IPv4Address> entry, out ulong allocatedAt);
        if (entry.IsNone)
        {
            _tally.Skipped++;
            return;
        }

        ref CpuState cpu = ref _table.Cpu(_cpu);
        LookAtAllocation(allocatedAt, in cpu);
        if (TTelemetry.IsOn)
        {
            _telemetry.Confirming(entry.Slot, allocatedAt, choice, in cpu, in _table.ReplyTuple(entry.Slot));
        }

        ConfirmResult result = _table.Confirm(ref cpu, in entry);
        RecordWindow(allocatedAt, result, in cpu);
        if (result == ConfirmResult.Inserted)
        {
            _life?.Opened(ref cpu, entry.Slot);
        }

        if (_tally.Count(choice, result))
        {
            bool race = choice is not (PortChoice.Exhausted or PortChoice.KeptUnchecked);
            NoteLoss(client, in tuple, race ? _course.WinnerAllocatedAt(in cpu) : 0, allocatedAt);
        }
    }

    /// <summary>Notes a pause of this worker between its last look at the clock and the allocation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookAtAllocation(ulong allocatedAt, in CpuState cpu)
    {
        if (Watch.IsLong(allocatedAt))
        {
            Watch.Note(allocatedAt, TickClock.FromNanoseconds((cpu.Probes - _probesSeen + _ports.Tried) * MostNsOfProbe));
        }

        Watch.Seen(allocatedAt);
        _probesSeen = cpu.Probes;
        _ports.Tried = 0;
    }

    /// <summary>The end of the window, where it is sampled or traced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RecordWindow(ulong allocatedAt, ConfirmResult result, in CpuState cpu)
    {
        bool sampled = WindowSampling.IsSampled(_tally.Attempts);
        if (!TTelemetry.IsOn && !sampled)
        {
            return;
        }

        ulong now = TickClock.Now();
        if (sampled)
        {
            Parts.Sample(now - allocatedAt);
        }

        if (TTelemetry.IsOn)
        {
            _telemetry.Confirmed(now, result, _packet.Sequence);
            if (result == ConfirmResult.Clash && cpu.LastClashWith != Slot.None)
            {
                _telemetry.Lost(cpu.LastClashWith, in _table.OriginalTuple(cpu.LastClashWith));
                if (!_table.WinnerHasItsSlot(in cpu))
                {
                    _telemetry.WinnerGone();
                }
            }
        }
    }

    /// <summary>
    /// The losers of one round send once more, each as long after <paramref name="startTick"/> as its first SYN came after the start of
    /// its round: every socket has a timer of its own.
    /// </summary>
    /// <param name="retransmission">0 for the first.</param>
    /// <param name="startTick">The common start.</param>
    /// <param name="next">The worker's place in its list, from 0; moves past the round.</param>
    /// <param name="kept">How many have failed again so far.</param>
    public void RetryRound(int retransmission, int round, ulong startTick, ref int next, ref int kept)
    {
        for (; next < _losers.Count && _losers[next].Round == round; next++)
        {
            ref readonly Loser loser = ref _losers[next];
            ConntrackTuple<IPv4Address> tuple = loser.Tuple;
            _wait.Until(startTick + loser.Offset);
            PortChoice choice = Allocate(in tuple, out PendingEntry<IPv4Address> entry, out _);
            if (!entry.IsNone && ConfirmAgain(retransmission, in tuple, in entry, choice) == ConfirmResult.Inserted)
            {
                Recovered++;
            }
            else
            {
                _losers.Move(next, kept++);
            }
        }
    }

    /// <summary>Ends a retransmission that all rounds have gone through.</summary>
    public void EndRetransmission(int retransmission, int kept)
    {
        _losers.Keep(kept);
        FailedAgain[retransmission] = kept;
    }

    private ConfirmResult ConfirmAgain(
        int round, in ConntrackTuple<IPv4Address> tuple, in PendingEntry<IPv4Address> entry, PortChoice choice)
    {
        ConntrackTuple<IPv4Address> reply = _table.ReplyTuple(entry.Slot);
        ConfirmResult result = _table.Confirm(ref _table.Cpu(_cpu), in entry);
        if (TTelemetry.IsOn)
        {
            _telemetry.Retransmitted(round, in tuple, in reply, choice, result);
        }

        return result;
    }

    private PortChoice Allocate(in ConntrackTuple<IPv4Address> tuple, out PendingEntry<IPv4Address> entry, out ulong allocatedAt)
    {
        ref CpuState cpu = ref _table.Cpu(_cpu);
        _wait.Spend(_pathTicks);
        uint sequence = (uint)_random.Next64();
        _packet.Write(in tuple, sequence);
        TupleHash hash = _table.Hash(in tuple);
        allocatedAt = 0;
        entry = PendingEntry<IPv4Address>.None;
        if (_table.TryFind(ref cpu, in tuple, hash, out _) || !_table.TryCreate(ref cpu, in tuple, hash, sequence + 1, out entry))
        {
            return PortChoice.Unchanged;
        }

        if (TTelemetry.IsOn)
        {
            _telemetry.Choosing();
        }

        PortChoice choice = NatSetup.Choose(
            _table, ref cpu, ref _random, ref entry, in _rule, ManipType.Source, out ConntrackTuple<IPv4Address> mapping);
        allocatedAt = TickClock.Now();
        _course.AllocatedAt[entry.Slot.Number] = allocatedAt;
        NatSetup.Apply(_table, in entry, in mapping, ManipType.Source);
        _packet.Translate(in mapping);
        _wait.Spend(_addedTicks);
        return choice;
    }

    private void NoteLoss(int client, in ConntrackTuple<IPv4Address> tuple, ulong winnerAt, ulong allocatedAt)
    {
        ulong? distance = winnerAt == 0 ? null : allocatedAt > winnerAt ? allocatedAt - winnerAt : winnerAt - allocatedAt;
        _losers.Add(new Loser(tuple, _round, allocatedAt - _roundStart, client, distance));
    }
}
