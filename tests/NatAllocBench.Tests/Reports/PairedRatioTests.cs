using NatAllocBench.Reports.Statistics;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.Reports;

public class PairedRatioTests
{
    [Fact]
    public void The_ratio_is_the_median_of_all_means_of_two_logarithms()
    {
        // Logarithms 0, ln 4, ln 16: the means of two are 0, ln 2, ln 4, ln 4, ln 8, ln 16.
        RatioEstimate ratio = PairedRatio.Of([(1, 1), (2, 8), (3, 48)]);

        Assert.Equal(4, ratio.Ratio, 1e-12);
        Assert.Null(ratio.Low);
    }

    [Fact]
    public void Pairs_cancel_out_what_changes_from_pair_to_pair()
    {
        // Speeds wander by a factor of ten, the difference of the two ways is 1 %.
        var random = new Random(1);
        RatioEstimate ratio = PairedRatio.Of([.. Enumerable.Range(0, 200).Select(i =>
        {
            double level = Math.Pow(10, random.NextDouble());
            return (level, level * 0.99 * Math.Exp(0.01 * Normal(random)));
        })]);

        Assert.InRange(ratio.Low!.Value, 0.987, 0.99);
        Assert.InRange(ratio.High!.Value, 0.99, 0.993);
    }

    [Fact]
    public void A_tenth_of_wild_pairs_does_not_carry_the_interval_away()
    {
        var random = new Random(2);
        RatioEstimate ratio = PairedRatio.Of([.. Enumerable.Range(0, 500).Select(i =>
            (1.0, Math.Exp(0.02 * Normal(random)) * (i % 20 == 0 ? 3 : i % 20 == 1 ? 1 / 3.0 : 1)))]);

        Assert.InRange(ratio.Low!.Value, 0.99, 1.01);
        Assert.InRange(ratio.High!.Value, 0.99, 1.01);
    }

    [Fact]
    public void Intervals_hold_the_true_ratio_as_often_as_they_say()
    {
        const int Experiments = 1000;
        var random = new Random(3);
        int held = 0;
        for (int experiment = 0; experiment < Experiments; experiment++)
        {
            RatioEstimate ratio = PairedRatio.Of([.. Enumerable.Range(0, 40).Select(_ => (1.0, 1.5 * Math.Exp(0.1 * Normal(random))))]);
            held += ratio.Low <= 1.5 && ratio.High >= 1.5 ? 1 : 0;
        }

        // 950 expected; four standard deviations are 28.
        Assert.InRange(held, 922, 978);
    }

    [Fact]
    public void Values_that_have_no_ratio_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PairedRatio.Of([]));
        Assert.Throws<ArgumentException>(() => PairedRatio.Of([(0, 1)]));
        Assert.Throws<ArgumentException>(() => PairedRatio.Of([(1, double.NaN)]));
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
