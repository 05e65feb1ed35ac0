namespace NatAllocBench.Tests.Results;

/// <summary>Draws failure counts whose rate varies between trials by a beta distribution.</summary>
internal sealed class BetaBinomial
{
    private readonly Random _random;
    private readonly int _attempts;
    private readonly double _rate;
    private readonly double _alpha;
    private readonly double _beta;

    /// <param name="attempts">Attempts of a trial.</param>
    /// <param name="rate">The mean rate.</param>
    /// <param name="overdispersion">Variance of the count over the binomial one; 1 for a plain binomial.</param>
    /// <param name="seed">The seed.</param>
    public BetaBinomial(int attempts, double rate, double overdispersion, int seed)
    {
        _random = new Random(seed);
        _attempts = attempts;
        _rate = rate;
        double correlation = (overdispersion - 1) / (attempts - 1);
        double size = correlation == 0 ? double.PositiveInfinity : (1 / correlation) - 1;
        _alpha = rate * size;
        _beta = (1 - rate) * size;
    }

    public long[] Draw(int trials)
    {
        long[] failures = new long[trials];
        for (int i = 0; i < trials; i++)
        {
            failures[i] = Binomial(double.IsInfinity(_alpha) ? _rate : Beta());
        }

        return failures;
    }

    private double Beta()
    {
        double x = Gamma(_alpha);
        return x / (x + Gamma(_beta));
    }

    // Counts the gaps between failures, which are geometric.
    private long Binomial(double rate)
    {
        if (rate <= 0)
        {
            return 0;
        }

        long failures = 0;
        double position = 0;
        double scale = Math.Log(1 - rate);
        while (true)
        {
            position += Math.Floor(Math.Log(1 - _random.NextDouble()) / scale) + 1;
            if (position > _attempts)
            {
                return failures;
            }

            failures++;
        }
    }

    // Marsaglia and Tsang (2000), with their boost for shapes below 1.
    private double Gamma(double shape)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);
        }

        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = Normal();
            double v = Math.Pow(1 + (c * normal), 3);
            if (v > 0 && Math.Log(1 - _random.NextDouble()) < (normal * normal / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
