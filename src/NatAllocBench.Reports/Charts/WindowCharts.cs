using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Charts;

/// <summary>The chart of how windows spread: a histogram with a line for each era and mode.</summary>
internal static class WindowCharts
{
    // The share of the shortest and of the longest windows that gets no room: a preempted worker's is a thousand times the median.
    private const double LeftOut = 0.01;

    private static readonly HashSet<string> Compared = ["era", "mode"];

    /// <summary>The chart of one series.</summary>
    /// <param name="name">The series' title.</param>
    /// <param name="cells">The cells of the series.</param>
    /// <returns>One chart of the first workload that was measured with the most eras and modes; none without histograms.</returns>
    public static IEnumerable<Chart> Build(string name, IReadOnlyList<RaceCell> cells)
    {
        var workloads = cells.Where(c => c.WindowHistogram is not null).GroupBy(c => Workload.Of(c).Without(Compared)).ToArray();
        if (workloads.MaxBy(g => g.Count()) is not { } chosen)
        {
            yield break;
        }

        HashSet<string> constant =
            [.. workloads.SelectMany(g => g.Key.Parameters).Distinct().GroupBy(p => p.Key).Where(p => p.Count() == 1).Select(p => p.Key)];
        string chosenOf = string.Join(", ", chosen.Key.Parameters.Where(p => !constant.Contains(p.Key)).Select(p => $"{p.Key} {p.Value}"));
        IReadOnlyList<long> bounds = Bounds([.. chosen.Select(c => c.WindowHistogram!)]);
        yield return new Chart(
            $"{ResultsStore.Slug(name)}-window-histogram.svg",
            $"{name}: windows between allocation and insertion",
            $"{(chosenOf.Length > 0 ? $"Of {chosenOf}. " : "")}Eight classes to an octave; the outermost 1 % on either side are not shown.",
            "window (ns)",
            "windows (% in each class)",
            IsLogarithmic: false,
            [.. bounds.Select(b => (double)b)],
            [.. chosen.Select(c => new ChartLine($"{c.Era} {c.Mode}", Heights(c.WindowHistogram!, bounds)))])
        {
            IsHistogram = true,
        };
    }

    // From the first to the last class that matters to any line.
    private static IReadOnlyList<long> Bounds(TimeHistogram[] histograms)
    {
        (long From, long To)[] ends = [.. histograms.Select(Ends)];
        return TimeHistogram.BoundsBetween(ends.Min(e => e.From), ends.Max(e => e.To));
    }

    private static (long From, long To) Ends(TimeHistogram histogram)
    {
        double leftOut = histogram.Counts.Sum(count => (double)count) * LeftOut;
        int first = Reaching(histogram.Counts, leftOut);
        int last = histogram.Counts.Count - 1 - Reaching([.. histogram.Counts.Reverse()], leftOut);
        return (histogram.BoundsNs[Math.Min(first, last)], histogram.BoundsNs[Math.Max(first, last) + 1]);
    }

    private static int Reaching(IReadOnlyList<long> counts, double limit)
    {
        double sum = 0;
        int index = 0;
        while (index < counts.Count - 1 && (sum += counts[index]) <= limit)
        {
            index++;
        }

        return index;
    }

    private static ChartPoint[] Heights(TimeHistogram histogram, IReadOnlyList<long> bounds)
    {
        double total = histogram.Counts.Sum(count => (double)count);
        Dictionary<long, long> counts = histogram.BoundsNs.Zip(histogram.Counts).ToDictionary(c => c.First, c => c.Second);
        return [.. bounds.SkipLast(1).Select((bound, i) => new ChartPoint(i, counts.GetValueOrDefault(bound) * 100 / total, null, null))];
    }
}
