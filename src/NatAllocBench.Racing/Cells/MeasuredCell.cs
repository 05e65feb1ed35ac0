using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>A cell while it is being measured: its trials so far.</summary>
internal sealed class MeasuredCell(CellPlan plan, int cpus, string? preset)
{
    private readonly List<TrialResult> _trials = [];

    public CellPlan Plan => plan;

    public int Trials => _trials.Count;

    public IEnumerable<string> PinFailures => _trials.SelectMany(trial => trial.PinFailures).Distinct();

    public long Collections => _trials.Sum(trial => trial.Collections);

    public long Attempts => _trials.Sum(trial => trial.Total.Attempts);

    public long Skipped => _trials.Sum(trial => trial.Total.Skipped);

    public void Add(TrialResult trial) => _trials.Add(trial);

    /// <summary>The rate so far.</summary>
    public RateEstimate Estimate() => FailureRate.Estimate(
        [.. _trials.Select(trial => trial.Total.Attempts)], [.. _trials.Select(trial => trial.Total.InsertFailed)]);

    /// <summary>The cell as it is published.</summary>
    public RaceCell ToCell()
    {
        Workloads.RaceWorkload workload = plan.Workload;
        var cell = new RaceCell
        {
            Preset = preset,
            Series = plan.Series,
            System = "model",
            Era = workload.Era.Name,
            Mode = workload.Mode.Name,
            Protocol = workload.Protocol == IPProtocol.Udp ? "udp" : "tcp",
            Cpus = cpus,
            Clients = workload.Clients,
            Threads = workload.Threads,
            Destinations = workload.Destinations,
            Pool = workload.Pool,
            PortMin = workload.PortMin,
            PortMax = workload.PortMax,
            Occupancy = workload.Occupancy,
            WindowAddedNs = workload.WindowAddedNs,
            ChurnPerSecond = workload.ChurnPerSecond > 0 ? workload.ChurnPerSecond : null,
            Arrival = workload.Arrival.ToString(),
            SourcePorts = workload.SourcePorts.ToString().ToLowerInvariant(),
            Missing = plan.Missing ?? (Attempts > 0 ? null : _trials.Count == 0 ? "not measured before the run ended" : "no connection could be tried"),
        };
        return cell.Missing is null ? WithMeasurement(cell) : cell;
    }

    private RaceCell WithMeasurement(RaceCell cell)
    {
        var window = new WindowHistogram();
        var distance = new WindowHistogram();
        foreach (TrialResult trial in _trials)
        {
            window.Add(trial.Window);
            distance.Add(trial.PairDistance);
        }

        return (cell with
        {
            WindowP50Ns = window.P50Ns,
            WindowP99Ns = window.P99Ns,
            PairDistanceP50Ns = distance.P50Ns,
            PairDistanceP99Ns = distance.P99Ns,
            SteadyEntries = _trials.Average(trial => trial.Living),
            SteadyEntriesPredicted = plan.Workload.ChurnPerSecond > 0 ? plan.Workload.SteadyEntries : null,
            WindowCurve = Curve(window),
            WindowHistogram = TimeHistogram.Of(window.Recorded()),
            PairDistanceCurve = Curve(distance),
            Counters = Counters(),
            Delayed = Delays(),
            FailedByClient = FailedByClient(),
            PerTrial = new RaceTrials
            {
                Attempts = [.. _trials.Select(trial => trial.Total.Attempts)],
                InsertFailed = [.. _trials.Select(trial => trial.Total.InsertFailed)],
                FailedKeepPort = [.. _trials.Select(trial => trial.Total.FailedKeepPort)],
                FailedSearch = [.. _trials.Select(trial => trial.Total.FailedSearch)],
                FailedExhausted = [.. _trials.Select(trial => trial.Total.FailedExhausted)],
                FailedChain = [.. _trials.Select(trial => trial.Total.FailedChain)],
                ConnectionsPerSecond = [.. _trials.Select(trial => trial.ConnectionsPerSecond)],
                SlowestWorkerConnectionsPerSecond = [.. _trials.Select(trial => trial.WorkerConnectionsPerSecond.Min())],
                FastestWorkerConnectionsPerSecond = [.. _trials.Select(trial => trial.WorkerConnectionsPerSecond.Max())],
                Probes = [.. _trials.Select(trial => trial.Probes)],
                Found = [.. _trials.Select(trial => trial.Found)],
                Seeds = [.. _trials.Select(trial => trial.Seed)],
            },
        }).Summarised();
    }

    private static PercentilePoint[]? Curve(WindowHistogram histogram) => histogram.Count == 0
        ? null
        : [.. histogram.Curve().Select(point => new PercentilePoint(point.Percentile, point.Nanoseconds))];

    private CpuCounters[] Counters()
    {
        CommandStatisticsFormat format = StatisticsFormats.ForCommand(plan.Workload.Era.Version);
        return [.. Enumerable.Range(0, cpus).Select(cpu => PrintedCounters.Of(
            _trials.Select(trial => trial.Counters[cpu]).Aggregate(CounterArithmetic.Plus), format))];
    }

    private long[]? FailedByClient() => _trials[0].FailedByClient.Count == 0
        ? null
        : [.. Enumerable.Range(0, _trials[0].FailedByClient.Count).Select(client => _trials.Sum(trial => trial.FailedByClient[client]))];

    /// <summary>
    /// The share of connections that a user sees delayed, by the retransmission at which they get through. What still fails after the last
    /// raced retransmission is put at the next one of the schedule. UDP has no retransmission.
    /// </summary>
    private List<DelayedShare>? Delays()
    {
        if (plan.Workload.Protocol != IPProtocol.Tcp)
        {
            return null;
        }

        IReadOnlyList<int> schedule = RetransmissionSchedule.For(plan.Workload.Era.Version).OffsetsSeconds;
        int raced = _trials[0].FailedAfterSyn.Count;
        var shares = new List<DelayedShare>();
        for (int i = 0; i < raced && i < schedule.Count; i++)
        {
            RateEstimate share = FailureRate.Estimate(
                [.. _trials.Select(trial => trial.Total.Attempts)],
                [.. _trials.Select(trial => trial.FailedAfterSyn[i] - (i + 1 < raced ? trial.FailedAfterSyn[i + 1] : 0))]);
            shares.Add(new DelayedShare(schedule[i], share.Rate, share.Low, share.High));
        }

        return shares;
    }
}
