using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>When a cell has been measured enough.</summary>
/// <param name="Precision">Half the width of the 95 % interval, as a share of the rate.</param>
/// <param name="Resolution">Half the width that is small enough whatever the rate.</param>
/// <param name="MinTrials">Minimum number of trials of a cell.</param>
/// <param name="MaxTrials">Most trials of a cell.</param>
/// <param name="Seconds">Time for all cells together, s.</param>
internal sealed record RaceLimits(double Precision, double Resolution, int MinTrials, int MaxTrials, double Seconds)
{
    /// <summary>Trials of a cell after which it is given up, where most of them do not count.</summary>
    public int MostTries => (10 * MaxTrials) + 20;

    /// <summary>Time after the limit in which cells that have no trial yet still get one; then the trial in progress ends too.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Whether the cell needs no further trial. Only trials that count do. The interval is looked at after 8, 16, 32 … trials only: looking
    /// after every one would stop just when a rate happens to seem stable.
    /// </summary>
    public bool IsEnough(MeasuredTrials cell)
    {
        int kept = cell.KeptTrials;
        if (kept >= MaxTrials || cell.Trials >= MostTries)
        {
            return true;
        }

        if (kept < MinTrials || !System.Numerics.BitOperations.IsPow2(kept) || cell.Attempts == 0)
        {
            return false;
        }

        RateEstimate estimate = cell.Estimate();
        return (estimate.High - estimate.Low) / 2 <= Math.Max(Resolution, Precision * estimate.Rate);
    }
}
