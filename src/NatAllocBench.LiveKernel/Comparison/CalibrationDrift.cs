using System.Globalization;

namespace NatAllocBench.LiveKernel;

/// <summary>How the overlap of a recorded kernel's calibration pairs went up and down between its repetitions.</summary>
/// <param name="Overlap">Share of all pairs that overlapped, 0 to 1.</param>
/// <param name="Least">The smallest share of a repetition.</param>
/// <param name="Most">The largest.</param>
internal readonly record struct CalibrationDrift(double Overlap, double Least, double Most)
{
    /// <summary>Whether the model would agree with one of these overlaps instead of their mean.</summary>
    public bool Explains(double ratio) =>
        ratio * Most / Overlap >= RatioJudge.Low && ratio * Least / Overlap <= RatioJudge.High;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"its calibration pairs overlapped in {100 * Least:0} to {100 * Most:0} % of cases, by repetition");
}
