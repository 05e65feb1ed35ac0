using NatAllocBench.Predicting;

namespace NatAllocBench.Tests.Predicting;

public sealed class SpreadBeyondErrorsTests
{
    [Fact]
    public void Values_of_equal_errors_spread_by_what_their_variance_has_beyond_the_error() =>
        Assert.Equal(Math.Sqrt(2 - 0.25), SpreadBeyondErrors.Of([(1, 0.5), (-1, 0.5)]), 12);

    /// <summary>Why the spread is not the plain variance minus the mean variance of the errors.</summary>
    [Fact]
    public void Weights_by_precision_raise_fewer_false_alarms_and_miss_no_more()
    {
        double[] errors = [0.05, 0.055, 0.06, 0.085, 0.10];
        (double weighted, double plain) = Alarms(errors, spread: 0);
        Assert.InRange(weighted, 0, 0.015);
        Assert.InRange(plain, 2 * weighted, 0.06);
        (weighted, plain) = Alarms(errors, spread: 0.2);
        Assert.InRange(weighted, 0.8, 1);
        Assert.Equal(plain, weighted, 0.02);
    }

    /// <summary>How often each of two estimates calls a spread of 10 % or more.</summary>
    private static (double Weighted, double Plain) Alarms(double[] errors, double spread)
    {
        const int Samples = 20_000;
        var random = new Random(1);
        double weighted = 0;
        double plain = 0;
        for (int i = 0; i < Samples; i++)
        {
            (double Value, double Error)[] sample =
                [.. errors.Select(error => (Math.Sqrt((spread * spread) + (error * error)) * Normal(random), error))];
            double mean = sample.Average(one => one.Value);
            double variance = sample.Sum(one => Math.Pow(one.Value - mean, 2)) / (sample.Length - 1);
            weighted += SpreadBeyondErrors.Of(sample) >= 0.1 ? 1 : 0;
            plain += variance - errors.Average(error => error * error) >= 0.01 ? 1 : 0;
        }

        return (weighted / Samples, plain / Samples);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
