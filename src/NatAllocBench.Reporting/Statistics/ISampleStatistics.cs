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
}

/// <summary>A median with its confidence interval.</summary>
/// <param name="Value">The median, in the unit of the values.</param>
/// <param name="Low">The lower end, or null when there were too few values for an interval.</param>
/// <param name="High">The upper end, or null likewise.</param>
public sealed record MedianEstimate(double Value, double? Low, double? High);
