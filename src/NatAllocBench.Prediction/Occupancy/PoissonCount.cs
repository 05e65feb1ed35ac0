namespace NatAllocBench.Prediction.Occupancy;

/// <summary>
/// The number of ports held at one moment: connections come independently and each holds its port for a time of any distribution
/// (M/G/infinity), so the number is Poisson with the mean of Little's law.
/// </summary>
public static class PoissonCount
{
    private const double Spreads = 9;

    /// <summary>The mean of a function of the count.</summary>
    /// <param name="mean">Mean count, at least 0.</param>
    /// <param name="function">The function.</param>
    /// <returns>The sum over the counts within nine standard deviations of the mean; what lies outside weighs less than 1e-15.</returns>
    public static double MeanOf(double mean, Func<int, double> function)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mean);
        ArgumentNullException.ThrowIfNull(function);
        (int first, int last) = Bounds(mean);
        int mode = (int)mean;
        double sum = function(mode);
        double weights = 1;
        double weight = 1;
        for (int k = mode + 1; k <= last; k++)
        {
            weight *= mean / k;
            weights += weight;
            sum += weight * function(k);
        }

        weight = 1;
        for (int k = mode; k > first; k--)
        {
            weight *= k / mean;
            weights += weight;
            sum += weight * function(k - 1);
        }

        return sum / weights;
    }

    /// <summary>The smallest count that is not exceeded with a probability.</summary>
    /// <param name="mean">Mean count, at least 0.</param>
    /// <param name="probability">Above 0 and below 1, for example 0.99.</param>
    public static int Quantile(double mean, double probability)
    {
        Root.Share(probability);
        (int first, int last) = Bounds(mean);
        while (first < last)
        {
            int middle = first + ((last - first) / 2);
            (first, last) = MeanOf(mean, k => k <= middle ? 1 : 0) < probability ? (middle + 1, last) : (first, middle);
        }

        return first;
    }

    private static (int First, int Last) Bounds(double mean)
    {
        double spread = Spreads * Math.Sqrt(mean);
        return (Math.Max(0, (int)(mean - spread)), (int)(mean + spread) + 40);
    }
}
