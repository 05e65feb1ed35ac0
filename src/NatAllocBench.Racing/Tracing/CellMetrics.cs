using System.Diagnostics.Metrics;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Tracing;

/// <summary>What a worker counts, readable while it counts.</summary>
internal interface ILiveCounts
{
    /// <summary>The tally so far.</summary>
    ref readonly WorkerTally Tally { get; }

    /// <summary>The window so far.</summary>
    WindowHistogram Window { get; }
}

/// <summary>The metrics of one workload: its finished trials, and the workers of the one in progress.</summary>
internal sealed class CellMetrics(RaceWorkload workload, string summary)
{
    private static readonly double[] Percentiles = [50, 90, 99];

    private readonly KeyValuePair<string, object?>[] _tags =
        [new("era", workload.Era.Name), new("mode", workload.Mode.Name), new("workload", summary)];

    private readonly WindowHistogram _window = new();
    private readonly WindowHistogram _answer = new();
    private readonly long[] _failures = new long[Enum.GetValues<FailureCause>().Length];
    private IReadOnlyList<ILiveCounts> _workers = [];
    private long _attempts;

    public bool IsOf(RaceWorkload other, string otherSummary) =>
        other.Era.Name == workload.Era.Name && other.Mode.Name == workload.Mode.Name && otherSummary == summary;

    public void Begin(IReadOnlyList<ILiveCounts> workers) => _workers = workers;

    /// <summary>Keeps what the workers counted, also those of a trial that was cancelled: a counter must not fall.</summary>
    public void End()
    {
        _attempts = LiveAttempts();
        foreach (FailureCause cause in Enum.GetValues<FailureCause>())
        {
            _failures[(int)cause] = LiveFailures(cause);
        }

        _window.Add(RecordedLengths.Of(_workers.Select(worker => worker.Window)));
        _workers = [];
    }

    public IEnumerable<Measurement<long>> Attempts() => [new(LiveAttempts(), _tags)];

    public IEnumerable<Measurement<long>> Failures() => Enum.GetValues<FailureCause>()
        .Select(cause => new Measurement<long>(LiveFailures(cause), [.. _tags, new("cause", cause.Name())]));

    public IEnumerable<Measurement<double>> Window()
    {
        // Adding reads every count once and sums up what it read, so the answer is consistent though its source moves on.
        _answer.Reset();
        _answer.Add(_window);
        foreach (ILiveCounts worker in _workers)
        {
            _answer.Add(worker.Window);
        }

        return Percentiles
            .Where(_ => _answer.Count > 0)
            .Select(p => new Measurement<double>(_answer.PercentileNs(p)!.Value, [.. _tags, new("percentile", p)]));
    }

    // Plain reads of words that their workers write: each is whole, none goes back, and no other data depends on them.
    private long LiveAttempts() => _attempts + _workers.Sum(worker => worker.Tally.Attempts);

    private long LiveFailures(FailureCause cause) => _failures[(int)cause] + _workers.Sum(worker => worker.Tally.Failed(cause));
}
