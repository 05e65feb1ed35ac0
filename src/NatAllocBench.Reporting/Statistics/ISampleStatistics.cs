namespace NatAllocBench.Reporting;

/// <summary>
/// The statistics of timing-like samples that the project uses. Kept behind this interface because the library's interface moves between
/// releases and its version is dictated by the benchmark framework.
/// </summary>
public interface ISampleStatistics
{
    /// <summary>The median of independent values with its confidence interval.</summary>
    /// <param name="values">At least one finite value.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The median; without an interval when there are fewer than three values.</returns>
    /// <exception cref="ArgumentException">There are no values, or one is not finite.</exception>
    MedianEstimate Median(IReadOnlyList<double> values, double confidence = 0.95);

    /// <summary>By what factor the second sample lies above the first.</summary>
    /// <param name="first">At least one value, all finite and above 0.</param>
    /// <param name="second">At least one value, all finite and above 0.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The factor with its interval, which is missing when the samples are too small for the confidence level.</returns>
    /// <exception cref="ArgumentException">A sample is empty or has a value that is not finite and above 0.</exception>
    RatioEstimate Ratio(IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence = 0.95);

    /// <summary>What a reader should know about a sample before trusting its median.</summary>
    /// <param name="values">Finite values.</param>
    /// <returns>Remarks on several modes and on outliers, for example <c>2 modes</c>; empty for a plain sample.</returns>
    IReadOnlyList<string> Remarks(IReadOnlyList<double> values);
}

/// <summary>A median with its confidence interval.</summary>
/// <param name="Value">The median, in the unit of the values.</param>
/// <param name="Low">The lower end, or null when there were too few values for an interval.</param>
/// <param name="High">The upper end, or null likewise.</param>
public sealed record MedianEstimate(double Value, double? Low, double? High);
