using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Racing.Cells;

/// <summary>When a cell has been measured enough.</summary>
/// <param name="Precision">Half the width of the 95 % interval, as a share of the rate.</param>
/// <param name="Resolution">Half the width that is small enough whatever the rate.</param>
/// <param name="MinTrials">Fewest trials of a cell.</param>
/// <param name="MaxTrials">Most trials of a cell.</param>
/// <param name="Seconds">Time for all cells together, s.</param>
internal sealed record RaceLimits(double Precision, double Resolution, int MinTrials, int MaxTrials, double Seconds)
{
    /// <summary>
    /// Whether the cell needs no further trial. The interval is looked at after 8, 16, 32 … trials only: looking after every one would
    /// stop just when a rate happens to seem stable.
    /// </summary>
    public bool IsEnough(MeasuredCell cell)
    {
        if (cell.Trials < MinTrials || cell.Trials >= MaxTrials)
        {
            return cell.Trials >= MaxTrials;
        }

        if (!System.Numerics.BitOperations.IsPow2(cell.Trials) || cell.Attempts == 0)
        {
            return false;
        }

        RateEstimate estimate = cell.Estimate();
        return (estimate.High - estimate.Low) / 2 <= Math.Max(Resolution, Precision * estimate.Rate);
    }
}
