using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Charts;

/// <summary>The chart of what each mode loses in each era.</summary>
internal static class ModeCharts
{
    /// <summary>The chart of one series.</summary>
    /// <param name="name">The series' title.</param>
    /// <param name="cells">The cells of the series.</param>
    /// <returns>
    /// One chart where every era and mode was raced once and there are several modes; none where something else is swept.
    /// </returns>
    public static IEnumerable<Chart> Build(string name, IReadOnlyList<RaceCell> cells)
    {
        RaceCell[] measured = [.. cells.Where(c => c is { Rate: not null, Cpus: > 1 })];
        string[] modes = [.. measured.Select(c => c.Mode).Distinct()];
        if (modes.Length < 2 || measured.DistinctBy(c => (c.System, c.Era, c.Mode)).Count() < measured.Length)
        {
            yield break;
        }

        yield return new Chart(
            $"{ResultsStore.Slug(name)}-rate-modes.svg",
            $"{name}: insertion failures by mode",
            RunCharts.Rate.Note,
            "allocation mode",
            RunCharts.Rate.YTitle,
            IsLogarithmic: true,
            [.. modes.Select((_, i) => (double)i)],
            [
                .. measured.GroupBy(c => (c.System, c.Era)).Select(place => new ChartLine(
                    place.First().Place,
                    [
                        .. place
                            .Select(c => RunCharts.Rate.Point(c, Array.IndexOf(modes, c.Mode)))
                            .OfType<ChartPoint>()
                            .OrderBy(p => p.XIndex),
                    ])),
            ])
        {
            Categories = modes,
        };
    }
}
