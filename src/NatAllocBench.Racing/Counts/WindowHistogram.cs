using HdrHistogram;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.Racing.Counts;

/// <summary>
/// Lengths of time in nanoseconds with three significant digits, from 1 ns to 60 s. One per worker (172 KB), merged
/// afterwards; not safe for several threads.
/// </summary>
public sealed class WindowHistogram
{
    /// <summary>Longest length that is told apart, 60 s in nanoseconds; longer ones count as this.</summary>
    public const long LongestNs = 60_000_000_000;

    private static readonly double[] CurvePoints = [0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];

    private readonly HistogramBase _histogram = HistogramFactory.With64BitBucketSize()
        .WithValuesFrom(1).WithValuesUpTo(LongestNs).WithPrecisionOf(3).Create();

    /// <summary>Number of lengths recorded.</summary>
    public long Count => _histogram.TotalCount;

    /// <summary>Median in nanoseconds, or null while nothing is recorded.</summary>
    public double? P50Ns => PercentileNs(50);

    /// <summary>99th percentile in nanoseconds, or null while nothing is recorded.</summary>
    public double? P99Ns => PercentileNs(99);

    /// <summary>Records a length in ticks of <see cref="TickClock"/>. No allocation.</summary>
    public void RecordTicks(ulong ticks) => RecordNs((long)(TickClock.ToNanoseconds(ticks) + 0.5));

    /// <summary>
    /// Records a length in nanoseconds; negative ones count as 0, those above <see cref="LongestNs"/> as that. No allocation.
    /// </summary>
    public void RecordNs(long nanoseconds) => _histogram.RecordValue(Math.Clamp(nanoseconds, 0, LongestNs));

    /// <summary>Records a length in nanoseconds as often as told.</summary>
    /// <param name="nanoseconds">The length, bounded as by <see cref="RecordNs(long)"/>.</param>
    /// <param name="count">How often, at least 0.</param>
    public void RecordNs(long nanoseconds, long count) =>
        _histogram.RecordValueWithCount(Math.Clamp(nanoseconds, 0, LongestNs), Math.Max(0, count));

    /// <summary>Adds what another worker recorded so far: every count is read once, so the worker may go on meanwhile.</summary>
    public void Add(WindowHistogram other) => _histogram.Add(other._histogram);

    /// <summary>Adds what was kept of others: touches only the counts that it has.</summary>
    internal void Add(RecordedLengths kept)
    {
        foreach ((long nanoseconds, long count) in kept.Bins)
        {
            _histogram.RecordValueWithCount(nanoseconds, count);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Reset() => _histogram.Reset();

    /// <summary>The length that this share of the recorded ones does not exceed, in nanoseconds; null while nothing is recorded.</summary>
    /// <param name="percentile">0 to 100.</param>
    public double? PercentileNs(double percentile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percentile, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percentile, 100);
        return Count == 0 ? null : _histogram.GetValueAtPercentile(percentile);
    }

    /// <summary>The lengths that were recorded, in nanoseconds, ascending, each with how often.</summary>
    public IEnumerable<(long Nanoseconds, long Count)> Recorded() =>
        _histogram.RecordedValues().Select(bucket => (bucket.ValueIteratedTo, bucket.CountAtValueIteratedTo));

    /// <summary>Fixed points from the shortest (0) to the longest (100) for the run's record; empty while nothing is recorded.</summary>
    public IReadOnlyList<WindowPercentile> Curve() =>
        Count == 0 ? [] : [.. CurvePoints.Select(p => new WindowPercentile(p, _histogram.GetValueAtPercentile(p)))];
}
