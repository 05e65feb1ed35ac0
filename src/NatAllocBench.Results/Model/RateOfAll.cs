namespace NatAllocBench.Results.Model;

/// <summary>What a cell's rate would be with everything counted that was raced: dropped trials, and what the others left out.</summary>
/// <param name="Attempts">All connections.</param>
/// <param name="InsertFailed">Those that failed to be inserted.</param>
/// <param name="IsComplete">
/// Whether what trials left out is among them, dropped rounds above all; a run from before it was kept has the dropped trials alone.
/// </param>
public sealed record RateOfAll(long Attempts, long InsertFailed, bool IsComplete)
{
    /// <summary>The rate.</summary>
    public double Rate => (double)InsertFailed / Attempts;

    /// <summary>Counts everything.</summary>
    /// <param name="cell">A cell.</param>
    /// <returns>Null where the cell has no rate, or nothing more than that is known.</returns>
    public static RateOfAll? Of(RaceCell cell)
    {
        TrialOverlaps?[] overlaps = [cell.PerTrial?.Overlap, cell.Dropped?.Overlap];
        bool isComplete = cell.PerTrial?.Overlap?.LeftOutAttempts is not null && cell.Dropped is not { Overlap.LeftOutAttempts: null };
        return cell.Rate is null || (cell.Dropped is null && !isComplete) ? null : new RateOfAll(
            cell.Attempts!.Value + Sum(cell.Dropped?.Attempts) + overlaps.Sum(overlap => Sum(overlap?.LeftOutAttempts)),
            cell.InsertFailed!.Value + Sum(cell.Dropped?.InsertFailed) + overlaps.Sum(overlap => Sum(overlap?.LeftOutInsertFailed)),
            isComplete);
    }

    /// <summary>How far it is from the printed rate, in parts of the way to that end of the interval: 1 at the end, more outside.</summary>
    /// <param name="cell">The cell it is of.</param>
    public double Shift(RaceCell cell)
    {
        double difference = Rate - cell.Rate!.Value;
        double way = difference < 0 ? cell.Rate.Value - cell.RateLow!.Value : cell.RateHigh!.Value - cell.Rate.Value;
        return difference == 0 ? 0 : Math.Abs(difference) / way;
    }

    private static long Sum(IReadOnlyList<long>? values) => values?.Sum() ?? 0;
}
