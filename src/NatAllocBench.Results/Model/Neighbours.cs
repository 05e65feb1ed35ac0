using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>
/// Cells without failures tell nothing about how failures cluster; their neighbours do. Neighbours are the cells of the same preset and
/// series of the run in which some connections failed and some did not.
/// </summary>
public static class Neighbours
{
    /// <summary>
    /// Gives every cell without failures, or with nothing else, the median over-dispersion of its neighbours, and the bound that follows.
    /// </summary>
    /// <param name="cells">The cells of a run.</param>
    /// <returns>The same cells in the same order.</returns>
    public static IReadOnlyList<RaceCell> Applied(IReadOnlyList<RaceCell> cells)
    {
        Dictionary<(string?, string?), double> known = cells.Where(IsInformative).GroupBy(c => (c.Preset, c.Series)).ToDictionary(
            g => g.Key, g => SampleStatistics.Instance.Median([.. g.Select(Overdispersion).OfType<double>().DefaultIfEmpty(1)]).Value);
        return
        [
            .. cells.Select(cell => cell is { PerTrial: not null, Attempts: > 0 } && !IsInformative(cell)
                    && known.TryGetValue((cell.Preset, cell.Series), out double phi)
                ? (cell with { NeighboursOverdispersion = phi }).Summarised()
                : cell),
        ];
    }

    private static bool IsInformative(RaceCell cell) => cell is { PerTrial: not null, Rate: > 0 and < 1 };

    private static double? Overdispersion(RaceCell cell) =>
        FailureRate.Estimate(cell.PerTrial!.Attempts, cell.PerTrial.InsertFailed, process: cell.PerTrial.Process).Overdispersion;
}
