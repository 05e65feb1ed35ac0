using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Machine;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// One workload over several designs: rounds go round-robin through the designs, so that a change of the machine falls on all alike. Small
/// tables stay between rounds; of large ones only one exists at a time.
/// </summary>
internal sealed class ThroughputCourse : IDisposable
{
    /// <summary>Up to this many connections every design keeps its table.</summary>
    public const int KeptTables = 200_000;

    private const int WarmUpConnections = 2000;
    private readonly ThroughputWorkload _workload;
    private readonly IReadOnlyList<int> _cpus;
    private readonly ulong _seed;
    private readonly Lane[] _lanes;
    private bool _isWarm;

    /// <summary>A course with no tables yet.</summary>
    /// <param name="workload">A workload that is not missing.</param>
    /// <param name="cpus">The CPU of each worker.</param>
    /// <param name="seed">All tables draw their secrets from it, so that all do the same work.</param>
    public ThroughputCourse(ThroughputWorkload workload, IReadOnlyList<TableDesign> designs, IReadOnlyList<int> cpus, ulong seed)
    {
        _workload = workload;
        _cpus = cpus;
        _seed = seed;
        _lanes = [.. designs.Select(design => new Lane(design))];
    }

    /// <summary>Why a worker could not be pinned; empty if all were.</summary>
    public IReadOnlyList<string> PinFailures { get; private set; } = [];

    /// <summary>
    /// Runs a block: some rounds of every design, with the ping-pong between the first two CPUs and the reference loop measured before.
    /// </summary>
    /// <param name="rounds">Rounds of every design.</param>
    /// <param name="finished">Told every finished round, on the thread of a worker: the number of the design, and the round.</param>
    /// <param name="cancellation">Ends the block; rounds that were finished stand.</param>
    /// <exception cref="Race.TrialContradictionException">A table contradicts itself or its counters.</exception>
    public void RunBlock(int rounds, Action<int, ThroughputRound> finished, CancellationToken cancellation = default)
    {
        WarmUp(cancellation);
        double? pingPong = _cpus.Count > 1 ? PingPong.MeasureRoundTripNs(_cpus[0], _cpus[1]).Nanoseconds : null;
        double reference = ReferenceLoop.MeasureNs(_cpus);
        Race(
            _workload, rounds, (lane, round) => finished(lane, round with { PingPongNs = pingPong, ReferenceNs = reference }),
            cancellation);
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        foreach (Lane lane in _lanes)
        {
            lane.Release();
        }
    }

    // Compiles every design's code on small tables of their own, so that no compilation falls into a round.
    private void WarmUp(CancellationToken cancellation)
    {
        if (_isWarm)
        {
            return;
        }

        Race(_workload with { Connections = Math.Min(_workload.Connections, WarmUpConnections) }, 1, (_, _) => { }, cancellation);
        Dispose();
        _isWarm = true;
    }

    private void Race(ThroughputWorkload workload, int rounds, Action<int, ThroughputRound> finished, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return;
        }

        var barrier = new SpinBarrier(_cpus.Count);
        var run = new RoundRunner(workload, barrier, _cpus.Count);
        IReadOnlyList<WorkerReport> reports = PinnedWorkers.Run(
            _cpus,
            worker =>
            {
                for (int round = 0; round < rounds; round++)
                {
                    for (int lane = 0; lane < _lanes.Length; lane++)
                    {
                        if (!RunRound(run, worker, lane, expires: round == 0, finished))
                        {
                            return;
                        }
                    }
                }
            },
            [barrier],
            cancellation: cancellation);
        PinFailures = [.. reports.Select(report => report.PinFailure).OfType<string>()];
        if (cancellation.IsCancellationRequested)
        {
            Dispose(); // a round was left in the middle
        }
    }

    private bool RunRound(RoundRunner run, int worker, int index, bool expires, Action<int, ThroughputRound> finished)
    {
        Lane lane = _lanes[index];
        if (worker == 0)
        {
            run.Table = lane.Acquire(run.Workload, _seed);
            run.BytesBefore = lane.BytesBefore;
        }

        if (!run.Run(worker, expires, out ThroughputRound? round))
        {
            return false;
        }

        if (worker == 0)
        {
            lane.BytesBefore = null;
            if (run.Workload.Connections > KeptTables || lane.IsRenewed)
            {
                lane.Release();
            }

            finished(index, round!);
        }

        return true;
    }

    private sealed class Lane(TableDesign design)
    {
        private IConnectionTable? _table;

        public bool IsRenewed => design.IsRenewed;

        /// <summary>Managed bytes in use before the table was made; null once the full table was measured.</summary>
        public long? BytesBefore { get; set; }

        public IConnectionTable Acquire(ThroughputWorkload workload, ulong seed)
        {
            if (_table is null)
            {
                BytesBefore = GC.GetTotalMemory(forceFullCollection: true);
                _table = design.Create(workload, seed);
            }

            return _table;
        }

        public void Release()
        {
            _table?.Dispose();
            _table = null;
        }
    }
}
