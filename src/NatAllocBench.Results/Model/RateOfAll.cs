namespace NatAllocBench.Results.Model;

/// <summary>
/// What a cell's rate would be with dropped trials and dropped rounds counted. What closed and Poisson trials leave out is not: the gate
/// aligned their first connections.
/// </summary>
/// <param name="Attempts">All connections.</param>
/// <param name="InsertFailed">Those that failed to be inserted.</param>
/// <param name="IsComplete">Whether dropped rounds are among them; a run from before these were kept has the dropped trials alone.</param>
public sealed record RateOfAll(long Attempts, long InsertFailed, bool IsComplete)
{
    /// <summary>The rate.</summary>
    public double Rate => (double)InsertFailed / Attempts;

    /// <summary>Counts all.</summary>
    /// <param name="cell">A cell.</param>
    /// <returns>Null where the cell has no rate, or nothing more than that is known.</returns>
    public static RateOfAll? Of(RaceCell cell)
    {
        TrialOverlaps[] rounds =
        [
            .. new[] { cell.PerTrial?.Overlap, cell.Dropped?.Overlap }.OfType<TrialOverlaps>().Where(overlap => overlap.Rounds is not null),
        ];
        bool isComplete = rounds.All(overlap => overlap.LeftOutAttempts is not null);
        return cell.Rate is null || (cell.Dropped is null && !(isComplete && rounds.Length > 0)) ? null : new RateOfAll(
            cell.Attempts!.Value + Sum(cell.Dropped?.Attempts) + rounds.Sum(overlap => Sum(overlap.LeftOutAttempts)),
            cell.InsertFailed!.Value + Sum(cell.Dropped?.InsertFailed) + rounds.Sum(overlap => Sum(overlap.LeftOutInsertFailed)),
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
