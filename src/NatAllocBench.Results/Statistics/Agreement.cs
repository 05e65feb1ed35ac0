namespace NatAllocBench.Results.Statistics;

/// <summary>Whether a measured value agrees with a law.</summary>
public static class Agreement
{
    /// <summary>
    /// How far the 95 % interval is stretched about the measured value: to about the 99.9 % level of a normal distribution, so that of a
    /// thousand rows of a true law about one is refused.
    /// </summary>
    public const double Stretch = NormalQuantile.Of999 / NormalQuantile.Of95;

    /// <summary>The test in words, for notes.</summary>
    public const string Words =
        "agrees: the prediction lies inside the 95 % interval stretched 1.68 times about the measured value (about the 99.9 % level); "
        + "a value without an interval must equal its prediction";

    /// <summary>Tests one value.</summary>
    /// <param name="measured">The measured value.</param>
    /// <param name="low">The lower end of its 95 % interval, or null for a value without chance in it.</param>
    /// <param name="high">The upper end, or null in the same case.</param>
    /// <param name="predicted">What the law says.</param>
    /// <returns>Whether the prediction lies within the stretched interval; without an interval, whether it is the value.</returns>
    public static bool Holds(double measured, double? low, double? high, double predicted)
    {
        double rounding = 1e-9 * Math.Max(Math.Abs(measured), Math.Abs(predicted));
        return low is { } from && high is { } to
            ? predicted >= measured - ((measured - from) * Stretch) - rounding
                && predicted <= measured + ((to - measured) * Stretch) + rounding
            : Math.Abs(measured - predicted) <= rounding;
    }
}
