using System.Globalization;
using System.Text;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Tracing;

/// <summary>One traced trial: its recorders, and the events that are written from them when it is over.</summary>
internal sealed unsafe class TrialTrace : IDisposable
{
    private const int BucketsInEvent = 1000;
    private static readonly RaceEventSource Log = RaceEventSource.Log;
    private static int _trials;

    private readonly RaceWorkload _workload;
    private readonly IReadOnlyList<int> _cpus;
    private readonly NativeRegion _numberOfSlot;
    private readonly ConnectionRecorder?[] _recorders;
    private readonly int _trial;
    private readonly int _sample;
    private readonly HashSet<uint> _written = [];
    private readonly bool _writes;
    private long _events;

    /// <param name="cpus">The CPU of each worker.</param>
    /// <param name="slots">Slots of the table.</param>
    /// <param name="writes">Whether events are written, or connections noted only.</param>
    public TrialTrace(RaceWorkload workload, IReadOnlyList<int> cpus, uint slots, bool writes = true)
    {
        _writes = writes;
        _workload = workload;
        _cpus = cpus;
        _numberOfSlot = new NativeRegion((long)slots * sizeof(uint));
        _recorders = new ConnectionRecorder[cpus.Count];
        _sample = Log.SampleEvery;

        // Only the number has to be unique; nothing is published with it.
        _trial = Interlocked.Increment(ref _trials);
    }

    public ConnectionRecorder Recorder(int worker, int most) => _recorders[worker] = new ConnectionRecorder(
        (uint*)_numberOfSlot.Pointer, worker, _recorders.Length, most, _workload.WindowAddedNs);

    public void Begin()
    {
        if (!_writes)
        {
            return;
        }

        Log.TrialBegin(
            _trial, _workload.Era.Name, _workload.Mode.Name, _workload.Protocol == IPProtocol.Udp ? "udp" : "tcp",
            WorkloadSummary.Of(_workload), _cpus.Count, _sample, TickClock.Now(), TickClock.NanosecondsPerTick);
        Log.ClockMark(TickClock.Now());
    }

    /// <summary>Writes all events of the trial: the pairs of collisions first, then the sampled connections.</summary>
    public void End(TrialResult result, IReadOnlyList<WorkerReport> reports)
    {
        if (!_writes || !Log.IsListenedTo)
        {
            return;
        }

        Log.ClockMark(TickClock.Now());
        foreach (WorkerReport report in reports)
        {
            Log.WorkerPinned(_trial, report.Worker, report.Cpu, report.PinFailure ?? "");
        }

        foreach (ConnectionRecorder recorder in _recorders.OfType<ConnectionRecorder>())
        {
            WriteWorker(recorder);
        }

        WriteBuckets(result.Window);
        Log.TrialEnd(
            _trial, result.Total.StartTick, result.Total.EndTick, result.All.Attempts, result.All.Confirmed,
            result.All.InsertFailed, result.Collections, _events, result.Overlap.PingPongNs ?? 0);
        Log.ClockMark(TickClock.Now());
    }

    public void Dispose() => _numberOfSlot.Dispose();

    private void WriteWorker(ConnectionRecorder recorder)
    {
        int cpu = _cpus[recorder.Worker];
        foreach (PreemptionFacts preemption in recorder.Preemptions)
        {
            Log.WorkerPreempted(_trial, recorder.Worker, cpu, preemption.FromTick, preemption.ToTick, preemption.Switches);
        }

        for (int i = 0; i < recorder.Connections.Length; i++)
        {
            ref readonly ConnectionFacts facts = ref recorder.Connections[i];
            uint number = recorder.NumberOf(i);
            if (facts.HasFailed)
            {
                WriteConnection(number);
                if (facts.Winner != 0)
                {
                    WriteConnection(facts.Winner);
                }

                Log.InsertFailed(
                    _trial, number, cpu, facts.EndTick, (int)FailureCauses.Of(facts.Choice, facts.Result), facts.Winner,
                    facts.WinnerClient.Value, facts.WinnerPort);
                _events++;
            }
            else if (number % _sample == 0)
            {
                WriteConnection(number);
            }
        }

        foreach (RetransmissionFacts again in recorder.Retransmissions)
        {
            Log.Retransmitted(
                _trial, cpu, again.Round, again.Tuple.Source.Value, again.Tuple.SourcePort, again.Tuple.Destination.Value,
                again.NatAddress.Value, again.NatPort, (int)again.Result);
            _events++;
        }
    }

    private void WriteConnection(uint number)
    {
        if (!_written.Add(number))
        {
            return;
        }

        uint zeroBased = number - 1;
        ConnectionRecorder recorder = _recorders[zeroBased % _recorders.Length]!;
        ref readonly ConnectionFacts facts = ref recorder.Connections[(int)(zeroBased / _recorders.Length)];
        int cpu = _cpus[recorder.Worker];
        Log.ConnectionStarted(
            _trial, number, recorder.Worker, cpu, facts.StartTick,
            facts.Tuple.Source.Value, facts.Tuple.SourcePort, facts.Tuple.Destination.Value, facts.Tuple.DestinationPort, facts.Sequence);
        Log.Probed(_trial, number, cpu, facts.Probes, facts.Taken, facts.ChooseTick);
        Log.Allocated(_trial, number, cpu, facts.AllocatedTick, facts.NatAddress.Value, facts.NatPort, facts.Probes, (int)facts.Choice);
        Log.ConfirmBegin(_trial, number, cpu, facts.ConfirmTick);
        Log.ConfirmEnd(_trial, number, cpu, facts.EndTick, (int)facts.Result);
        _events += 5;
    }

    private void WriteBuckets(RecordedLengths window)
    {
        foreach ((long Nanoseconds, long Count)[] part in window.Bins.Chunk(BucketsInEvent))
        {
            var text = new StringBuilder();
            foreach ((long nanoseconds, long count) in part)
            {
                text.Append(CultureInfo.InvariantCulture, $"{nanoseconds}x{count} ");
            }

            Log.WindowBuckets(_trial, text.ToString().TrimEnd());
        }
    }
}
