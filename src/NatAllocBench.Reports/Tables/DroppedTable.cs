using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>What the rule that drops trials and rounds does to the rates of published races.</summary>
public static class DroppedTable
{
    private static readonly string[] Headings =
    [
        "run", "rates", "trials dropped", "rounds dropped", "counted as well", "rates below their interval then", "rates above it",
        "largest shift (1 = end of the interval)",
    ];

    /// <summary>A row for each run in which something was dropped.</summary>
    /// <param name="runs">The published runs.</param>
    public static ResultTable Build(IEnumerable<RunRecord<RaceCell>> runs) => new(
        "rates with everything counted",
        "",
        [.. Headings.Select((heading, i) => new TableColumn(heading, i is not (0 or 4)))],
        [
            .. runs.OrderBy(run => run.Name, StringComparer.Ordinal).ThenBy(run => run.StartedUtc)
                .Select(run => (Run: run, Cells: Counted(run)))
                .Where(one => one.Cells.Length > 0)
                .Select(one => Row(one.Run, one.Cells)),
        ]);

    private static (RaceCell Cell, RateOfAll All)[] Counted(RunRecord<RaceCell> run) =>
    [
        .. run.Cells.Select(cell => (cell, All: RateOfAll.Of(cell))).Where(one => one.All is not null).Select(one => (one.cell, one.All!)),
    ];

    private static string[] Row(RunRecord<RaceCell> run, (RaceCell Cell, RateOfAll All)[] cells)
    {
        double[] shifts = [.. cells.Select(one => one.All.Shift(one.Cell))];
        TrialOverlaps[] overlaps = [.. run.Cells.Select(cell => cell.PerTrial?.Overlap).OfType<TrialOverlaps>()];
        return
        [
            FormattableString.Invariant($"{run.Name}, {run.StartedUtc.UtcDateTime:yyyy-MM-dd}"),
            Figures.Count(cells.Length),
            Share(
                run.Cells.Sum(cell => (long?)cell.Dropped?.Attempts.Count ?? 0),
                run.Cells.Sum(cell => (cell.Trials ?? 0) + (long)(cell.Dropped?.Attempts.Count ?? 0))),
            Share(overlaps.Sum(overlap => overlap.DroppedRounds?.Sum() ?? 0), overlaps.Sum(overlap => overlap.Rounds?.Sum() ?? 0)),
            overlaps.All(overlap => overlap.Rounds is null || overlap.LeftOutAttempts is not null)
                && cells.All(one => one.All.IsComplete) ? "dropped trials and rounds" : "dropped trials",
            Figures.Count(cells.Count(one => one.All.Rate < one.Cell.RateLow)),
            Figures.Count(cells.Count(one => one.All.Rate > one.Cell.RateHigh)),
            Figures.Significant(shifts.Max()),
        ];
    }

    private static string Share(long dropped, long all) =>
        all == 0 ? TableLayout.NoValue : $"{Figures.Significant(100.0 * dropped / all)} %";
}
