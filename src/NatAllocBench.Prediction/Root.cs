namespace NatAllocBench.Prediction;

/// <summary>Solves a law for one of its inputs.</summary>
public static class Root
{
    private const int Halvings = 44;

    /// <summary>The place where a function that does not fall crosses zero, by bisection.</summary>
    /// <param name="function">Below zero at <paramref name="low"/>.</param>
    /// <param name="low">Start of the interval.</param>
    /// <param name="high">End of the interval, returned if the function is still below zero there.</param>
    public static double OfRising(Func<double, double> function, double low, double high)
    {
        ArgumentNullException.ThrowIfNull(function);
        for (int i = 0; i < Halvings && high - low > 1e-12 * high; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = function(middle) < 0 ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>The argument, if it is a share above 0 and below 1.</summary>
    /// <param name="share">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not such a share.</exception>
    public static double Share(double share) => share is > 0 and < 1
        ? share
        : throw new ArgumentOutOfRangeException(nameof(share), share, "use a share above 0 and below 1");
}
