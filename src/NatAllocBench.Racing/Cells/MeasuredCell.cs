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
    /// <summary>Trials that must be left of a cell in which some were dropped.</summary>
    public const int LeastTrials = 3;

    /// <summary>Share of the trials, and of the rounds, that must be left.</summary>
    public const double LeastShare = 0.1;

    private readonly List<TrialResult> _trials = [];

    public CellPlan Plan => plan;

    /// <summary>Trials that were run, whether they count or not.</summary>
    public int Trials => _trials.Count;

    /// <summary>The trials that count: the workers ran together, on CPUs placed as in most trials of the run. Null counts any placement.</summary>
    public PlacementClass? Placement { get; set; }

    public int KeptTrials => Kept.Count();

    public IEnumerable<string> PinFailures => _trials.SelectMany(trial => trial.PinFailures).Distinct();

    public long Collections => _trials.Sum(trial => trial.Collections);

    public long Attempts => Kept.Sum(trial => trial.Total.Attempts);

    public long Skipped => _trials.Sum(trial => trial.Total.Skipped);

    /// <summary>Round trips of a cache line beside the trials whose workers ran together, ns.</summary>
    public IEnumerable<double> RoundTripsNs => _trials.Where(trial => trial.Overlap.Counts).Select(trial => trial.Overlap.PingPongNs).OfType<double>();

    /// <summary>Why no rate can be given though trials were run: too few of them count; null if enough do.</summary>
    public string? Disturbed
    {
        get
        {
            int kept = KeptTrials;
            if (kept < Trials && (kept < LeastTrials || kept < LeastShare * Trials))
            {
                return FormattableString.Invariant($"disturbed: the workers ran together in {kept} of {Trials} trials only");
            }

            long rounds = Kept.Sum(trial => trial.Overlap.Rounds);
            long together = rounds - Kept.Sum(trial => trial.Overlap.DroppedRounds);
            return together < LeastShare * rounds
                ? FormattableString.Invariant($"disturbed: the workers ran together in {together} of {rounds} rounds only")
                : null;
        }
    }

    private IEnumerable<TrialResult> Kept => _trials.Where(Counts);

    public void Add(TrialResult trial) => _trials.Add(trial);

    /// <summary>The rate so far.</summary>
    public RateEstimate Estimate() => FailureRate.Estimate(
        [.. Kept.Select(trial => trial.Total.Attempts)], [.. Kept.Select(trial => trial.Total.InsertFailed)]);

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
            PathTimeNs = workload.PathTimeNs > 0 ? workload.PathTimeNs : null,
            Fill = workload.Fill == Workloads.FillKind.Self || workload.Occupancy == 0 ? null : workload.Fill.ToString().ToLowerInvariant(),
            Dropped = Dropped(),
            Missing = plan.Missing ?? (_trials.Count == 0 ? "not measured before the run ended"
                : Disturbed ?? (Attempts > 0 ? null : "no connection could be tried")),
        };
        return cell.Missing is null ? WithMeasurement(cell, [.. Kept]) : cell;
    }

    private bool Counts(TrialResult trial) =>
        trial.Overlap.Counts && (Placement is not { } placement || trial.Overlap.PingPongNs is not { } roundTrip || placement.Contains(roundTrip));

    private DroppedTrials? Dropped()
    {
        TrialResult[] dropped = [.. _trials.Where(trial => !Counts(trial))];
        return dropped.Length == 0 ? null : new DroppedTrials
        {
            NotTogether = dropped.Count(trial => !trial.Overlap.Counts),
            OtherPlacement = dropped.Count(trial => trial.Overlap.Counts),
            Attempts = [.. dropped.Select(trial => trial.Total.Attempts)],
            InsertFailed = [.. dropped.Select(trial => trial.Total.InsertFailed)],
            Overlap = PrintedOverlap.Of(dropped),
        };
    }

    private RaceCell WithMeasurement(RaceCell cell, TrialResult[] trials)
    {
        var window = new WindowHistogram();
        var distance = new WindowHistogram();
        foreach (TrialResult trial in trials)
        {
            window.Add(trial.Window);
            distance.Add(trial.PairDistance);
        }

        RacePrediction prediction = RacePrediction.Of(plan.Workload, cpus, window);
        return (cell with
        {
            PredictedRate = prediction.Rate,
            NotPredicted = prediction.WhyNot,
            WindowP50Ns = window.P50Ns,
            WindowP99Ns = window.P99Ns,
            PairDistanceP50Ns = distance.P50Ns,
            PairDistanceP99Ns = distance.P99Ns,
            SteadyEntries = trials.Average(trial => trial.Living),
            SteadyEntriesPredicted = plan.Workload.ChurnPerSecond > 0 ? plan.Workload.SteadyEntries : null,
            WindowCurve = Curve(window),
            WindowHistogram = TimeHistogram.Of(window.Recorded()),
            PairDistanceCurve = Curve(distance),
            Counters = Counters(trials),
            Delayed = Delays(trials),
            FailedByClient = FailedByClient(trials),
            PerTrial = new RaceTrials
            {
                Attempts = [.. trials.Select(trial => trial.Total.Attempts)],
                InsertFailed = [.. trials.Select(trial => trial.Total.InsertFailed)],
                FailedKeepPort = [.. trials.Select(trial => trial.Total.FailedKeepPort)],
                FailedSearch = [.. trials.Select(trial => trial.Total.FailedSearch)],
                FailedExhausted = [.. trials.Select(trial => trial.Total.FailedExhausted)],
                FailedChain = [.. trials.Select(trial => trial.Total.FailedChain)],
                ConnectionsPerSecond = [.. trials.Select(trial => trial.ConnectionsPerSecond)],
                SlowestWorkerConnectionsPerSecond = [.. trials.Select(trial => trial.WorkerConnectionsPerSecond.Min())],
                FastestWorkerConnectionsPerSecond = [.. trials.Select(trial => trial.WorkerConnectionsPerSecond.Max())],
                Probes = [.. trials.Select(trial => trial.Probes)],
                Found = [.. trials.Select(trial => trial.Found)],
                Overlap = PrintedOverlap.Of(trials),
                Seeds = [.. trials.Select(trial => trial.Seed)],
            },
        }).Summarised();
    }

    private static PercentilePoint[]? Curve(WindowHistogram histogram) => histogram.Count == 0
        ? null
        : [.. histogram.Curve().Select(point => new PercentilePoint(point.Percentile, point.Nanoseconds))];

    private CpuCounters[] Counters(TrialResult[] trials)
    {
        CommandStatisticsFormat format = StatisticsFormats.ForCommand(plan.Workload.Era.Version);
        return [.. Enumerable.Range(0, cpus).Select(cpu => PrintedCounters.Of(
            trials.Select(trial => trial.Counters[cpu]).Aggregate(CounterArithmetic.Plus), format))];
    }

    private static long[]? FailedByClient(TrialResult[] trials) => trials[0].FailedByClient.Count == 0
        ? null
        : [.. Enumerable.Range(0, trials[0].FailedByClient.Count).Select(client => trials.Sum(trial => trial.FailedByClient[client]))];

    /// <summary>
    /// The share of connections that a user sees delayed, by the retransmission at which they get through. What still fails after the last
    /// raced retransmission is put at the next one of the schedule. UDP has no retransmission.
    /// </summary>
    private List<DelayedShare>? Delays(TrialResult[] trials)
    {
        if (plan.Workload.Protocol != IPProtocol.Tcp)
        {
            return null;
        }

        IReadOnlyList<int> schedule = RetransmissionSchedule.For(plan.Workload.Era.Version).OffsetsSeconds;
        int raced = trials[0].FailedAfterSyn.Count;
        var shares = new List<DelayedShare>();
        for (int i = 0; i < raced && i < schedule.Count; i++)
        {
            RateEstimate share = FailureRate.Estimate(
                [.. trials.Select(trial => trial.Total.Attempts)],
                [.. trials.Select(trial => trial.FailedAfterSyn[i] - (i + 1 < raced ? trial.FailedAfterSyn[i + 1] : 0))]);
            shares.Add(new DelayedShare(schedule[i], share.Rate, share.Low, share.High));
        }

        return shares;
    }
}
