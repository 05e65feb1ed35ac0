using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>The trials of a cell while it is being measured, and the rule which of them count: the same whatever is raced.</summary>
internal abstract class MeasuredTrials
{
    /// <summary>Trials that must be left of a cell in which some were dropped.</summary>
    public const int LeastTrials = 3;

    /// <summary>Share of the trials, and of the rounds, that must be left.</summary>
    public const double LeastShare = 0.1;

    private readonly List<TrialResult> _trials = [];

    /// <summary>Why nothing can be measured; null if it can.</summary>
    public abstract string? WhyMissing { get; }

    /// <summary>The cell in a few words, for progress.</summary>
    public abstract string Name { get; }

    /// <summary>Equal for cells that run the same compiled code: one of them warms it up for all.</summary>
    public abstract object Code { get; }

    /// <summary>The wait added to the window, ns.</summary>
    public abstract double WindowAddedNs { get; }

    /// <summary>Equal for cells that race on the same CPUs: their round trips belong together.</summary>
    public virtual string RacesOn => "all";

    /// <summary>Trials that were run, whether they count or not.</summary>
    public int Trials => _trials.Count;

    /// <summary>
    /// The trials that count: the workers ran together, on CPUs placed as in most trials of the run. Null counts any placement.
    /// </summary>
    public PlacementClass? Placement { get; set; }

    public int KeptTrials => Kept.Count();

    public IEnumerable<string> PinFailures => _trials.SelectMany(trial => trial.PinFailures).Distinct();

    public long Collections => _trials.Sum(trial => trial.Collections);

    public long Attempts => Kept.Sum(trial => trial.Total.Attempts);

    public long Skipped => _trials.Sum(trial => trial.Total.Skipped);

    /// <summary>Round trips of a cache line beside the trials whose workers ran together, ns.</summary>
    public IEnumerable<double> RoundTripsNs =>
        _trials.Where(trial => trial.Overlap.Counts).Select(trial => trial.Overlap.PingPongNs).OfType<double>();

    /// <summary>Why no rate can be given though trials were run: too few of them count; null if enough do.</summary>
    public string? Disturbed
    {
        get
        {
            int kept = KeptTrials;
            if (kept < Trials && (kept < LeastTrials || kept < LeastShare * Trials))
            {
                return NotTogether(kept, Trials, "trials");
            }

            int rounds = Kept.Sum(trial => trial.Overlap.Rounds);
            int together = rounds - Kept.Sum(trial => trial.Overlap.DroppedRounds);
            return together < LeastShare * rounds ? NotTogether(together, rounds, "rounds") : null;
        }
    }

    /// <summary>The trials that were run, whether they count or not.</summary>
    public IReadOnlyList<TrialResult> All => _trials;

    /// <summary>The trials that count.</summary>
    public IEnumerable<TrialResult> Kept => _trials.Where(Counts);

    /// <summary>Why the published cell has no measurement; null if it has one.</summary>
    protected string? WhyNoMeasurement => WhyMissing ?? (_trials.Count == 0 ? "not measured before the run ended"
        : Disturbed ?? (Attempts > 0 ? null : "no connection could be tried"));

    /// <summary>Checks the workload against the number of workers.</summary>
    /// <exception cref="ArgumentException">It does not fit; the message says why and the fix.</exception>
    public abstract void ValidateFor(int workers);

    /// <summary>The cell as it is published.</summary>
    public abstract RaceCell ToCell();

    /// <summary>Runs one trial.</summary>
    /// <returns>The result, or null if it was cancelled.</returns>
    public abstract TrialResult? Run(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation);

    /// <summary>Runs a small trial that is thrown away.</summary>
    public abstract void WarmUp(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation);

    public void Add(TrialResult trial) => _trials.Add(trial);

    /// <summary>The rate so far.</summary>
    public RateEstimate Estimate() => FailureRate.Estimate(
        [.. Kept.Select(trial => trial.Total.Attempts)], [.. Kept.Select(trial => trial.Total.InsertFailed)]);

    /// <summary>What was dropped; null if nothing was.</summary>
    protected DroppedTrials? Dropped()
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

    /// <summary>The raw values from which a cell's figures follow.</summary>
    protected static RaceTrials Raw(TrialResult[] trials) => new()
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
        LockWaitNs = trials.All(trial => trial.LockWaitNs is not null) ? [.. trials.Select(trial => trial.LockWaitNs!.Value)] : null,
        Overlap = PrintedOverlap.Of(trials),
        Seeds = [.. trials.Select(trial => trial.Seed)],
    };

    private string NotTogether(int together, int all, string what) => FormattableString.Invariant(
        $"{RaceCell.DisturbedWord}: the workers ran together in {together} of {all} {what} only ({PrintedOverlap.Of(_trials).Worst()})");

    private bool Counts(TrialResult trial) =>
        trial.Overlap.Counts
            && (Placement is not { } placement || trial.Overlap.PingPongNs is not { } roundTrip || placement.Contains(roundTrip));
}
