using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

/// <summary>
/// A trial whose interleaving is made by hand: a real table, two CPUs that are one thread, and the recorders of a traced race.
/// Connections on port 40000 search; others keep their port.
/// </summary>
internal sealed class StagedTrial : IDisposable
{
    public const int Most = 1000;
    private static readonly IPv4Address Server = IPv4Address.Parse("198.18.0.0");
    private readonly NatState _state = new(default);
    private readonly ConntrackTable<IPv4Address, Linux6_5, KernelLocks> _table;
    private readonly TrialTrace _trace;
    private readonly ConnectionRecorder[] _recorders;
    private readonly NatRange<IPv4Address> _rule;
    private CpuRandom _random = new(1);
    private WorkerTally _tally;

    public StagedTrial()
    {
        var workload = new RaceWorkload { Era = EraCatalog.Get("6.12"), Mode = RaceMode.Default, Connections = Most };
        _rule = workload.Rule;
        _table = new ConntrackTable<IPv4Address, Linux6_5, KernelLocks>(
            workload.Era, new TableOptions { Buckets = 4096, MaxConnections = 4096, Cpus = 2 }, _state);
        _trace = new TrialTrace(workload, [3, 5], _table.Capacity);
        _recorders = [_trace.Recorder(0, Most), _trace.Recorder(1, Most)];
        _trace.Begin();
        _tally.StartTick = TickClock.Now();
    }

    /// <summary>Records a staged trial of this process.</summary>
    public static void Record(string path, int sample, Action<StagedTrial> stage)
    {
        using TraceRecording recording =
            TraceRecording.Start(Environment.ProcessId, path, new TraceRecordingOptions(sample, WithProfile: false));
        using (var trial = new StagedTrial())
        {
            stage(trial);
            trial.End();
        }

        recording.Stop();
        recording.Keep();
    }

    public WorkerTally Tally => _tally;

    /// <summary>A connection that nobody disturbs.</summary>
    public void Connect(int cpu, string client, ushort port) => Confirm(cpu, Allocate(cpu, client, port));

    /// <summary>Both allocate before either confirms; the first to confirm wins.</summary>
    public void Collide(int winnerCpu, string winner, string loser, ushort port)
    {
        var first = Allocate(winnerCpu, winner, port);
        var second = Allocate(1 - winnerCpu, loser, port);
        Confirm(winnerCpu, first);
        Confirm(1 - winnerCpu, second);
    }

    /// <summary>The loser chooses its port; then an entry that the trial knows nothing of takes the port before it confirms.</summary>
    public void CollideWithStanding(string standing, string loser, ushort port)
    {
        var late = Allocate(0, loser, port);
        ref CpuState cpu = ref _table.Cpu(1);
        var tuple = ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, IPv4Address.Parse(standing), port, Server, 80);
        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in tuple, _table.Hash(in tuple));
        NatSetup.Choose(_table, ref cpu, ref _random, ref entry, in _rule, ManipType.Source, out ConntrackTuple<IPv4Address> mapping);
        NatSetup.Apply(_table, in entry, in mapping, ManipType.Source);
        Assert.Equal(ConfirmResult.Inserted, _table.Confirm(ref cpu, in entry));
        Confirm(0, late);
    }

    public void End()
    {
        _tally.EndTick = TickClock.Now();
        _trace.End(
            new TrialResult
            {
                Seed = 1,
                Total = _tally,
                Overlap = new TrialOverlap { Share = 1, LateNs = 0, Gaps = 0, LongestGapNs = 0 },
                Probes = 0,
                Found = 0,
                Counters = [],
                ConnectionsPerSecond = 1,
                WorkerConnectionsPerSecond = [1],
                Window = RecordedLengths.None,
                PairDistance = RecordedLengths.None,
                FailedAfterSyn = [],
                FailedByClient = [],
                PinFailures = [],
                Collections = 0,
            },
            [new WorkerReport(0, 3, "w0", null, 0), new WorkerReport(1, 5, "w1", null, 0)]);
    }

    public void Dispose()
    {
        _trace.Dispose();
        _table.Dispose();
        _state.Dispose();
    }

    private (PendingEntry<IPv4Address> Entry, PortChoice Choice) Allocate(int cpuIndex, string client, ushort port)
    {
        ref CpuState cpu = ref _table.Cpu(cpuIndex);
        var tuple = ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, IPv4Address.Parse(client), port, Server, 80);
        _recorders[cpuIndex].Started(in tuple, in cpu);
        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in tuple, _table.Hash(in tuple));
        PortChoice choice = NatSetup.Choose(
            _table, ref cpu, ref _random, ref entry, in _rule, ManipType.Source, out ConntrackTuple<IPv4Address> mapping);
        ulong allocatedAt = TickClock.Now();
        NatSetup.Apply(_table, in entry, in mapping, ManipType.Source);
        _recorders[cpuIndex].Confirming(entry.Slot, allocatedAt, choice, in cpu, in _table.ReplyTuple(entry.Slot));
        return (entry, choice);
    }

    private void Confirm(int cpuIndex, (PendingEntry<IPv4Address> Entry, PortChoice Choice) allocated)
    {
        ref CpuState cpu = ref _table.Cpu(cpuIndex);
        ConfirmResult result = _table.Confirm(ref cpu, in allocated.Entry);
        _recorders[cpuIndex].Confirmed(TickClock.Now(), result, sequence: 7);
        if (result == ConfirmResult.Clash)
        {
            _recorders[cpuIndex].Lost(cpu.LastClashWith, in _table.OriginalTuple(cpu.LastClashWith));
        }

        _tally.Count(allocated.Choice, result);
    }
}
