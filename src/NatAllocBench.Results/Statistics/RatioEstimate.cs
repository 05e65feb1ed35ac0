namespace NatAllocBench.Results.Statistics;

/// <summary>A ratio of two measured values with its interval.</summary>
/// <param name="Ratio">The second value over the first.</param>
/// <param name="Low">The lower end, or null when the samples are too small for the confidence level.</param>
/// <param name="High">The upper end, or null in the same case; infinite where the first value may be 0.</param>
public sealed record RatioEstimate(double Ratio, double? Low, double? High)
{
    /// <summary>
    /// How often a value of the second sample lies above one of the first, 0 to 1; null where the values behind the ratio are counts.
    /// </summary>
    public double? Superiority { get; init; }

    /// <summary>
    /// The lower end of the second value minus the first, both of them shares, where one of the two is 0 and the ratio therefore a bound;
    /// else null.
    /// </summary>
    public double? DifferenceLow { get; init; }

    /// <summary>The upper end of that difference.</summary>
    public double? DifferenceHigh { get; init; }
}
