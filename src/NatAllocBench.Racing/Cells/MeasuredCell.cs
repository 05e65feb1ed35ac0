using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>A cell of a kernel era while it is being measured.</summary>
internal class MeasuredCell(CellPlan plan, int cpus, string? preset) : MeasuredTrials
{
    public CellPlan Plan => plan;

    public override string? WhyMissing => plan.Missing;

    public override string Name =>
        $"era {plan.Workload.Era} {plan.Workload.Mode}, {plan.Workload.Clients} clients"
        + (plan.Workload.Design.IsWhatIf ? $", {plan.Workload.Design.System}" : "");

    public override double WindowAddedNs => plan.Workload.WindowAddedNs;

    public override void ValidateFor(int workers) => plan.Workload.ValidateFor(workers);

    public override object Code =>
        (plan.Workload.Era.Traits.Hash, plan.Workload.Era.Traits.Search, plan.Workload.Arrival.GetType(), plan.Workload.Protocol,
         plan.Workload.Design);

    public override TrialResult? Run(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) =>
        RaceTrial.Run(plan.Workload, on, seed, cancellation);

    public override void WarmUp(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) => RaceTrial.Run(
        plan.Workload with
        {
            Connections = Math.Min(200, plan.Workload.Connections),
            Clients = Math.Min(plan.Workload.Clients, Math.Max(40, on.Count)),
            Occupancy = 0,
            WindowAddedNs = Math.Min(plan.Workload.WindowAddedNs, 1000),
            PathTimeNs = Math.Min(plan.Workload.PathTimeNs, 1000),
            Arrival = plan.Workload.Arrival.Brief(),
        },
        on,
        seed,
        RaceEventSource.Log.IsListenedTo ? RaceTelemetry.Unwritten : RaceTelemetry.Never,
        cancellation);

    /// <inheritdoc/>
    public override RaceCell ToCell()
    {
        Workloads.RaceWorkload workload = plan.Workload;
        var cell = new RaceCell
        {
            Preset = preset,
            Series = plan.Series,
            System = workload.Design.System,
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
            Missing = WhyNoMeasurement,
        };
        return cell.Missing is null ? WithMeasurement(cell, [.. Kept]) : cell;
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
            PerTrial = Raw(trials),
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
