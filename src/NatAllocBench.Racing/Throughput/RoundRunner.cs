using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// One round of one table, run by all workers: prove that it is empty, fill, prove, delete all, and where asked fill again and expire all.
/// The first proof reads every chain head, so that a round does not depend on which design ran before it.
/// </summary>
internal sealed class RoundRunner(ThroughputWorkload workload, SpinBarrier barrier, int workers)
{
    /// <summary>Time between two meetings, ns: shorter than a scheduler's turn.</summary>
    private const double SliceNs = 1e6;

    /// <summary>Time of a connection without an added wait, ns, to choose how many make a slice.</summary>
    private const double ConnectionNs = 250;

    /// <summary>Lead of a common start: longer than it takes every worker to leave the barrier.</summary>
    private const double LeadNs = 2000;

    private readonly ulong _lead = TickClock.FromNanoseconds(LeadNs);
    private readonly int _slices = Math.Max(1, workload.Connections / (SliceOfWorker(workload) * workers));
    private readonly PhaseMeter _setUp = new(workers);
    private readonly PhaseMeter _delete = new(workers);
    private readonly PhaseMeter _refill = new(workers);
    private readonly PhaseMeter _expire = new(workers);
    private TableWork _before;
    private TableWork _work;
    private int _collections;
    private long? _tableBytes;

    private enum Phase
    {
        SetUp,
        Delete,
        Expire,
    }

    public ThroughputWorkload Workload => workload;

    /// <summary>Connections that one worker sets up between two meetings.</summary>
    internal static int SliceOfWorker(ThroughputWorkload workload) =>
        Math.Max(1, (int)(SliceNs / (ConnectionNs + workload.WindowAddedNs)));

    /// <summary>The table of the next round; set by worker 0 before it calls <see cref="Run"/>.</summary>
    public IConnectionTable Table { get; set; } = null!;

    /// <summary>Managed bytes in use before the table was made, if the full table is to be measured.</summary>
    public long? BytesBefore { get; set; }

    /// <summary>The part of one worker. Worker 0 gets the round; the others wait at their next meeting until it is proven.</summary>
    /// <param name="worker">Number of the worker.</param>
    /// <param name="expires">Whether to fill and expire too.</param>
    /// <param name="round">For worker 0, what was measured.</param>
    /// <returns>False if the barrier was cancelled.</returns>
    public bool Run(int worker, bool expires, out ThroughputRound? round)
    {
        round = null;
        if (worker == 0)
        {
            Begin();
        }

        if (!RunPhase(worker, Phase.SetUp, _setUp))
        {
            return false;
        }

        if (worker == 0)
        {
            ProveFull();
        }

        if (!RunPhase(worker, Phase.Delete, _delete))
        {
            return false;
        }

        if (worker == 0)
        {
            ProveEmpty(_setUp.Done, _delete.Done, "deleted");
        }

        if (expires)
        {
            if (!RunPhase(worker, Phase.SetUp, _refill) || !RunPhase(worker, Phase.Expire, _expire))
            {
                return false;
            }

            if (worker == 0)
            {
                ProveEmpty(_refill.Done, _expire.Done, "expired");
            }
        }

        round = worker == 0 ? Result() : null;
        return true;
    }

    private void Begin()
    {
        Table.Prove(0);
        _setUp.Reset();
        _delete.Reset();
        _refill.Reset();
        _expire.Reset();
        _before = Table.Work;
        _tableBytes = null;
        _collections = GC.CollectionCount(0);
    }

    private void ProveFull()
    {
        _collections = GC.CollectionCount(0) - _collections;
        TableWork now = Table.Work;
        _work = new TableWork(now.Probes - _before.Probes, now.InsertFailed - _before.InsertFailed, now.ShortPath - _before.ShortPath);
        RoundProof.Require(workload.Connections, _setUp.Done + _work.InsertFailed, "connections tried", "confirmed + insert_failed");
        Table.Prove(_setUp.Done);
        if (BytesBefore is { } before)
        {
            _tableBytes = Table.NativeBytes + GC.GetTotalMemory(forceFullCollection: true) - before;
        }
    }

    private void ProveEmpty(long stood, long removed, string how)
    {
        RoundProof.Require(stood, removed, "connections that stood", $"connections that were {how}");
        Table.Prove(0);
    }

    private bool RunPhase(int worker, Phase phase, PhaseMeter meter)
    {
        for (int slice = 0; slice < _slices; slice++)
        {
            if (!barrier.SignalAndWait(_lead, out ulong start))
            {
                return false;
            }

            RunSlice(worker, phase, slice, start, ref meter.Notes(worker));
            if (!barrier.SignalAndWait())
            {
                return false;
            }

            if (worker == 0)
            {
                meter.EndSlice(start);
            }
        }

        return true;
    }

    private void RunSlice(int worker, Phase phase, int slice, ulong start, ref PhaseMeter.SliceNotes notes)
    {
        IConnectionTable table = Table;
        int part = (slice * workers) + worker;
        int parts = _slices * workers;
        int first = (int)((long)workload.Connections * part / parts);
        int end = (int)((long)workload.Connections * (part + 1) / parts);
        if (phase == Phase.Expire && slice == 0)
        {
            table.PassLifetime(worker);
        }

        long? preemptions = InvoluntarySwitches.OfCurrentThread();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        BusyWait.Until(start);
        notes.Start = TickClock.Now();
        notes.Done = phase switch
        {
            Phase.SetUp => table.Connect(worker, first, end),
            Phase.Delete => table.Delete(worker, first, end),
            _ => table.Expire(worker, part, parts),
        };
        notes.End = TickClock.Now();
        notes.Tried = end - first;
        notes.AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        notes.Preemptions = InvoluntarySwitches.OfCurrentThread() - preemptions ?? 0;
    }

    private ThroughputRound Result() => new()
    {
        Preempted = !_setUp.IsClean,
        ConnectionsPerSecond = _setUp.IsClean ? _setUp.PerSecond : null,
        DeletedPerSecond = _delete.IsClean ? _delete.PerSecond : null,
        ExpiredPerSecond = _expire.IsClean ? _expire.PerSecond : null,
        Attempts = workload.Connections,
        InsertFailed = _work.InsertFailed,
        CleanAttempts = _setUp.CleanTried,
        CleanInsertFailed = _setUp.CleanFailed,
        Probes = _work.Probes,
        ShortPath = _work.ShortPath,
        AllocatedBytes = _setUp.AllocatedBytes,
        RemovalAllocatedBytes = _delete.AllocatedBytes + _refill.AllocatedBytes + _expire.AllocatedBytes,
        Collections = _collections,
        Fairness = _setUp.Fairness,
        TableBytes = _tableBytes,
    };
}
