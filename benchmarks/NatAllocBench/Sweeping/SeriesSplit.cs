using System.Globalization;
using NatAllocBench.Racing.Cells;

namespace NatAllocBench.Sweeping;

/// <summary>Splits a series by some of its lists: one series for each combination of their values.</summary>
internal static class SeriesSplit
{
    private static readonly IReadOnlyDictionary<string, Func<PresetSeries, IEnumerable<(string Value, PresetSeries Series)>>> Splits =
        new Dictionary<string, Func<PresetSeries, IEnumerable<(string, PresetSeries)>>>
        {
            ["eras"] = s => Each(s, s.Eras ?? ["4.14", "6.12"], value => s with { Eras = [value] }),
            ["modes"] = s => Each(s, s.Modes ?? ["default", "random", "random-fully"], value => s with { Modes = [value] }),
            ["designs"] = s => Each(s, s.Designs, value => s with { Designs = [value] }),
            ["clients"] = s => Each(s, s.Clients, value => s with { Clients = [value] }),
            ["threads"] = s => Each(s, s.Threads, value => s with { Threads = [value] }),
            ["destinations"] = s => Each(s, s.Destinations, value => s with { Destinations = [value] }),
            ["ports"] = s => Each(s, s.Ports, value => s with { Ports = [value] }),
            ["pool"] = s => Each(s, s.Pool, value => s with { Pool = [value] }),
            ["occupancy"] = s => Each(s, s.Occupancy, value => s with { Occupancy = [value] }),
            ["churn"] = s => Each(s, s.Churn, value => s with { Churn = [value] }),
            ["window"] = s => Each(s, s.Window, value => s with { Window = [value] }),
            ["pathTime"] = s => Each(s, s.PathTime, value => s with { PathTime = [value] }),
            ["arrival"] = s => Each(s, s.Arrival, value => s with { Arrival = [value] }),
        };

    /// <summary>The lists that a series can be split by.</summary>
    public static IReadOnlyList<string> Lists { get; } = [.. Splits.Keys];

    /// <summary>The parts of a series, the last list varying fastest.</summary>
    /// <param name="lists">Names from <see cref="Lists"/>; one that the series leaves to its default splits nothing.</param>
    public static IEnumerable<(string Label, PresetSeries Series)> Of(PresetSeries series, IReadOnlyList<string> lists)
    {
        IEnumerable<(string Label, PresetSeries Series)> parts = [(series.Name ?? "", series)];
        foreach (string list in lists)
        {
            parts = parts.SelectMany(part => Splits[list](part.Series)
                .Select(split => (
                    split.Value.Length == 0 ? part.Label : $"{part.Label}, {list} {split.Value}".TrimStart(',', ' '),
                    split.Series)));
        }

        return parts.Select(part => (part.Label.Length == 0 ? "all cells" : part.Label, part.Series));
    }

    private static IEnumerable<(string Value, PresetSeries Series)> Each<T>(
        PresetSeries series, IReadOnlyList<T>? values, Func<T, PresetSeries> with) =>
        values?.Select(value => (Convert.ToString(value, CultureInfo.InvariantCulture)!, with(value))) ?? [("", series)];
}
