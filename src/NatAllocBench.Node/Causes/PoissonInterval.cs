namespace NatAllocBench.Node.Causes;

/// <summary>The 95 % interval of a Poisson mean, from one count.</summary>
internal static class PoissonInterval
{
    private const double Z = 1.959964;

    /// <summary>Wilson and Hilferty's approximation of the exact (Garwood) interval, below 1 % off from a count of 1 on.</summary>
    public static Bounded Of(double count)
    {
        double low = count <= 0 ? 0 : count * Math.Pow(1 - (1 / (9 * count)) - (Z / (3 * Math.Sqrt(count))), 3);
        double next = count + 1;
        double high = next * Math.Pow(1 - (1 / (9 * next)) + (Z / (3 * Math.Sqrt(next))), 3);
        return new Bounded(count, Math.Max(0, low), high);
    }

    /// <summary>The interval of a rate.</summary>
    public static Bounded Rate(double count, double seconds)
    {
        Bounded bounded = Of(count);
        return new Bounded(count / seconds, bounded.Low / seconds, bounded.High / seconds);
    }
}
