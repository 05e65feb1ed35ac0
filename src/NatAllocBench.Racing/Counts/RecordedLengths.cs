namespace NatAllocBench.Racing.Counts;

/// <summary>
/// The lengths that histograms recorded, ascending, each with how often. This is what is kept of a trial: some kilobytes, where a
/// histogram has 200.
/// </summary>
internal sealed class RecordedLengths
{
    private RecordedLengths((long Nanoseconds, long Count)[] bins)
    {
        Bins = bins;
        Count = bins.Sum(bin => bin.Count);
    }

    /// <summary>Nothing was recorded.</summary>
    public static RecordedLengths None { get; } = new([]);

    /// <summary>Every length that was recorded, and how often.</summary>
    public IReadOnlyList<(long Nanoseconds, long Count)> Bins { get; }

    /// <summary>Number of lengths recorded.</summary>
    public long Count { get; }

    /// <summary>Mean length in nanoseconds; not a number while nothing is recorded.</summary>
    public double MeanNs => Bins.Sum(bin => (double)bin.Nanoseconds * bin.Count) / Count;

    /// <summary>What some workers recorded together; all of them have ended.</summary>
    public static RecordedLengths Of(IEnumerable<WindowHistogram> workers) => new(
        [.. workers
            .Where(worker => worker.Count > 0)
            .SelectMany(worker => worker.Recorded())
            .GroupBy(bin => bin.Nanoseconds)
            .Select(alike => (Nanoseconds: alike.Key, Count: alike.Sum(bin => bin.Count)))
            .OrderBy(bin => bin.Nanoseconds)]);

    /// <summary>A histogram of the lengths, for its percentiles.</summary>
    public WindowHistogram ToHistogram()
    {
        var histogram = new WindowHistogram();
        histogram.Add(this);
        return histogram;
    }
}
