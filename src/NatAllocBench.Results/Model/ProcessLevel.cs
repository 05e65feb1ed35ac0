using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>Raw values grouped by the process that measured them.</summary>
internal static class ProcessLevel
{
    /// <summary>The median of each process.</summary>
    /// <param name="process">The process of each value.</param>
    /// <param name="values">As many values.</param>
    public static IReadOnlyList<double> Medians(IReadOnlyList<int> process, IReadOnlyList<double> values) =>
        [.. process.Zip(values).GroupBy(v => v.First).Select(g => SampleStatistics.Instance.Median([.. g.Select(v => v.Second)]).Value)];

    /// <summary>Whether there is a number for each of so many values, from 0 without gaps.</summary>
    public static bool IsSound(IReadOnlyList<int> process, int values) =>
        process.Count == values && values > 0 && process[0] == 0 && process.Zip(process.Skip(1)).All(p => p.Second - p.First is 0 or 1);
}
