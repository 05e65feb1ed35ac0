namespace NatAllocBench.Results.Statistics;

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
    QuantileEstimate Median(IReadOnlyList<double> values, double confidence = 0.95);

    /// <summary>A quantile of independent values with its confidence interval.</summary>
    /// <param name="values">At least one finite value.</param>
    /// <param name="probability">The share of values below it, above 0 and below 1.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The quantile; without an interval when there are fewer than three values.</returns>
    /// <exception cref="ArgumentException">There are no values, one is not finite, or a share is not between 0 and 1.</exception>
    QuantileEstimate Quantile(IReadOnlyList<double> values, double probability, double confidence = 0.95);

    /// <summary>By what factor the second sample lies above the first.</summary>
    /// <param name="first">At least one value, all finite and above 0.</param>
    /// <param name="second">At least one value, all finite and above 0.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The factor with its interval, which is missing when the samples are too small for the confidence level.</returns>
    /// <exception cref="ArgumentException">A sample is empty or has a value that is not finite and above 0.</exception>
    RatioEstimate Ratio(IReadOnlyList<double> first, IReadOnlyList<double> second, double confidence = 0.95);

    /// <summary>
    /// How often a value of the second sample lies above one of the first: the effect size that belongs to the Mann-Whitney test.
    /// </summary>
    /// <param name="first">At least one finite value.</param>
    /// <param name="second">At least one finite value.</param>
    /// <returns>0 (always below) to 1 (always above); 0.5 without an effect. Equal values count half.</returns>
    /// <exception cref="ArgumentException">A sample is empty or has a value that is not finite.</exception>
    double Superiority(IReadOnlyList<double> first, IReadOnlyList<double> second);

    /// <summary>What a reader should know about a sample before trusting its median.</summary>
    /// <param name="values">Finite values.</param>
    /// <returns>Remarks on several modes and on outliers, for example <c>2 modes</c>; empty for a plain sample.</returns>
    IReadOnlyList<string> Remarks(IReadOnlyList<double> values);
}

/// <summary>A quantile, such as the median, with its confidence interval.</summary>
/// <param name="Value">The quantile, in the unit of the values.</param>
/// <param name="Low">The lower end, or null when there were too few values for an interval.</param>
/// <param name="High">The upper end, or null in the same case.</param>
public sealed record QuantileEstimate(double Value, double? Low, double? High);
