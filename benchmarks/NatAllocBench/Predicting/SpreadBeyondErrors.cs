namespace NatAllocBench.Predicting;

/// <summary>
/// The spread of values beyond their own errors: DerSimonian and Laird's estimate (Controlled Clinical Trials 7, 1986).
/// </summary>
/// <remarks>
/// Each value counts by its precision. With plain means a badly known value counts as much as a well known one: on five cells with errors
/// of 5 to 10 % and no true spread, the plain estimate finds 10 % or more three times as often, and finds a true spread no more often (a
/// test counts both).
/// </remarks>
internal static class SpreadBeyondErrors
{
    /// <summary>Estimates the standard deviation.</summary>
    /// <param name="values">Two values or more with their standard errors, each above 0.</param>
    public static double Of(IReadOnlyList<(double Value, double Error)> values)
    {
        double[] weights = [.. values.Select(one => 1 / (one.Error * one.Error))];
        double sum = weights.Sum();
        double mean = values.Zip(weights, (one, weight) => weight * one.Value).Sum() / sum;
        double scatter = values.Zip(weights, (one, weight) => weight * Math.Pow(one.Value - mean, 2)).Sum();
        double scale = sum - (weights.Sum(weight => weight * weight) / sum);
        return Math.Sqrt(Math.Max(0, (scatter - (values.Count - 1)) / scale));
    }
}
