using CsCheck;
using NatAllocBench.Results.Statistics;
using Perfolizer.Mathematics.Functions;
using QuantileEstimate = NatAllocBench.Results.Statistics.QuantileEstimate;

namespace NatAllocBench.Tests.Results;

public sealed class SampleStatisticsTests
{
    [Fact]
    public void The_median_of_a_symmetric_sample_is_its_centre()
    {
        QuantileEstimate median = SampleStatistics.Instance.Median([5, 1, 3, 2, 4]);

        Assert.Equal(3, median.Value, 1e-9);
        Assert.InRange(median.Low!.Value, 1, 3);
        Assert.InRange(median.High!.Value, 3, 5);
    }

    [Fact]
    public void One_wild_value_does_not_carry_the_interval_out_of_the_sample()
    {
        QuantileEstimate median = SampleStatistics.Instance.Median([1, 2, 3, 4, 5, 6, 7, 100]);

        Assert.InRange(median.Low!.Value, 1, median.Value);
        Assert.InRange(median.High!.Value, median.Value, 100);
    }

    [Fact]
    public void Two_values_have_no_interval()
    {
        QuantileEstimate median = SampleStatistics.Instance.Median([1, 2]);

        Assert.Equal(1.5, median.Value, 1e-6);
        Assert.Equal((null, null), (median.Low, median.High));
    }

    [Fact]
    public void Equal_values_have_an_interval_of_no_width() =>
        Assert.Equal(new QuantileEstimate(4, 4, 4), SampleStatistics.Instance.Median([4, 4, 4, 4]));

    [Theory]
    [InlineData]
    [InlineData(1.0, double.NaN)]
    public void No_values_or_wrong_ones_are_refused(params double[] values) =>
        Assert.Throws<ArgumentException>(() => SampleStatistics.Instance.Median(values));

    // Ages of 120 people and their Harrell-Davis deciles as G. Rousselet prints them (The Harrell-Davis quantile estimator, garstats,
    // 2016).
    [Fact]
    public void Quantiles_are_the_published_ones()
    {
        double[] ages =
        [
            18, 18, 19, 19, 19, 19, 20, 20, 21, 21, 21, 21, 21, 21, 21, 22, 22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 24, 24, 24, 25, 26, 28,
            28,
            29, 29, 30, 30, 31, 31, 32, 32, 32, 33, 34, 34, 35, 35, 36, 37, 38, 40, 40, 41, 41, 42, 42, 43, 43, 44, 45, 45, 45, 45, 48, 49,
            49,
            50, 51, 54, 54, 55, 56, 58, 59, 59, 60, 60, 61, 62, 62, 62, 63, 63, 63, 64, 64, 64, 64, 65, 65, 66, 66, 66, 66, 66, 66, 67, 67,
            67,
            67, 68, 68, 68, 68, 68, 69, 70, 70, 70, 71, 72, 72, 72, 75, 76, 77, 78, 79, 81, 81,
        ];
        double[] published = [21.1, 23.3, 29.7, 37.0, 45.3, 56.1, 63.3, 66.6, 70.4];

        Assert.Equal(120, ages.Length);
        Assert.All(published.Index(), decile => Assert.Equal(
            decile.Item, SampleStatistics.Instance.Quantile(ages, (decile.Index + 1) / 10.0).Value, 0.051));
    }

    // Wilcox's self-awareness data (Introduction to Robust Estimation and Hypothesis Testing, table 3.2). SciPy's tests print the standard
    // errors of Maritz and Jarrett for its quartiles: 55.76819, 45.84028, 198.87875. The computation below gives these with Maritz and
    // Jarrett's weights, and with those of Harrell and Davis what the interval is made of.
    [Theory]
    [InlineData(0.25, 55.76819)]
    [InlineData(0.5, 45.84028)]
    [InlineData(0.75, 198.87875)]
    public void The_interval_is_Maritz_and_Jarretts_on_the_estimators_own_weights(double probability, double published)
    {
        double[] values = [77, 87, 88, 114, 151, 210, 219, 246, 253, 262, 296, 299, 306, 376, 428, 515, 666, 1310, 2611];
        const double Student18 = 2.100922; // 97.5 % quantile with 18 degrees of freedom
        int n = values.Length;
        double rank = Math.Floor((n * probability) + 0.5);

        QuantileEstimate quantile = SampleStatistics.Instance.Quantile(values, probability);

        Assert.Equal(published, Weighted(rank - 1, n - rank).Error, 1e-4);
        (double mean, double error) = Weighted((n + 1) * probability, (n + 1) * (1 - probability));
        Assert.Equal(mean, quantile.Value, 1e-6);
        Assert.Equal(error, (quantile.High!.Value - quantile.Value) / Student18, 1e-3);

        (double Mean, double Error) Weighted(double a, double b)
        {
            double[] weights = [.. Enumerable.Range(0, n).Select(i => Below((i + 1.0) / n) - Below((double)i / n))];
            double mean = weights.Zip(values, (w, v) => w * v).Sum();
            return (mean, Math.Sqrt(weights.Zip(values, (w, v) => w * v * v).Sum() - (mean * mean)));

            double Below(double share) => BetaFunction.RegularizedIncompleteValue(a, b, share);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_quantile_outside_of_the_sample_is_refused(double probability) =>
        Assert.Throws<ArgumentException>(() => SampleStatistics.Instance.Quantile([1, 2, 3], probability));

    // 2,000 repetitions of 15 log-normal values, whose median is 1.
    [Fact]
    public void The_interval_covers_the_true_median_in_about_95_percent_of_cases()
    {
        Random random = new(42);
        int covered = 0;
        for (int i = 0; i < 2000; i++)
        {
            double[] values = [.. Enumerable.Range(0, 15).Select(_ => Math.Exp(0.3 * Normal()))];
            QuantileEstimate median = SampleStatistics.Instance.Median(values);
            covered += median.Low <= 1 && 1 <= median.High ? 1 : 0;
        }

        Assert.InRange(covered / 2000.0, 0.93, 0.98);

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    // Hollander and Wolfe's example of tritiated water diffusion (Nonparametric Statistical Methods, example 4.1; 10 and 5 values):
    // the differences 15.. give a shift of 0.305 with a 96 % interval from -0.15 to 0.76. Here on a logarithmic scale.
    [Fact]
    public void The_ratio_is_Hodges_and_Lehmanns_with_the_Mann_Whitney_interval()
    {
        double[] atTerm = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        double[] early = [1.15, 0.88, 0.90, 0.74, 1.21];

        RatioEstimate ratio = SampleStatistics.Instance.Ratio([.. early.Select(Math.Exp)], [.. atTerm.Select(Math.Exp)]);

        Assert.Equal(0.305, Math.Log(ratio.Ratio), 1e-9);
        Assert.Equal(-0.15, Math.Log(ratio.Low!.Value), 1e-9);
        Assert.Equal(0.76, Math.Log(ratio.High!.Value), 1e-9);
    }

    // The same example: Hollander and Wolfe's U is 35 of 50 pairs.
    [Fact]
    public void Superiority_is_the_share_of_pairs_in_which_the_second_is_larger()
    {
        double[] atTerm = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        double[] early = [1.15, 0.88, 0.90, 0.74, 1.21];

        Assert.Equal(35 / 50.0, SampleStatistics.Instance.Superiority(early, atTerm), 1e-12);
        Assert.Equal(15 / 50.0, SampleStatistics.Instance.Superiority(atTerm, early), 1e-12);
        Assert.Equal(0.5, SampleStatistics.Instance.Superiority([1, 2, 2], [1, 2, 2]), 1e-12);
        Assert.Equal(1, SampleStatistics.Instance.Superiority([1, 2], [3, 4]), 1e-12);
        _ = Assert.Throws<ArgumentException>(() => SampleStatistics.Instance.Superiority([], [1]));
    }

    // Two-sided Mann-Whitney tables: with 4 and 4 values only the most extreme order is rejected at 5 %, with 3 and 3 none is.
    [Fact]
    public void Four_values_a_side_are_the_fewest_with_an_interval()
    {
        RatioEstimate ratio = SampleStatistics.Instance.Ratio([1, 1, 1, 2], [4, 4, 4, 4]);

        Assert.Equal(2, ratio.Low!.Value, 1e-9);
        Assert.Equal(4, ratio.High!.Value, 1e-9);
        Assert.Null(SampleStatistics.Instance.Ratio([1, 1, 1], [4, 4, 4]).Low);
    }

    [Fact]
    public void Large_samples_use_the_normal_approximation_of_the_same_interval()
    {
        double[] values = [.. Enumerable.Range(1, 21).Select(i => Math.Exp(i))];

        RatioEstimate ratio = SampleStatistics.Instance.Ratio(values, values);

        Assert.Equal(1, ratio.Ratio, 1e-9);
        Assert.InRange(Math.Log(ratio.Low!.Value), -5, -3);
        Assert.Equal(ratio.High!.Value, 1 / ratio.Low.Value, 1e-9 * ratio.High.Value);
    }

    [Fact]
    public void Two_modes_and_outliers_are_remarked_and_a_plain_sample_is_not()
    {
        Random random = new(1);
        double[] plain = [.. Enumerable.Range(0, 40).Select(_ => 100 + Enumerable.Range(0, 4).Sum(_ => random.NextDouble()))];
        double[] twoModes = [.. plain.Select((v, i) => i % 2 == 0 ? v : v + 10)];

        Assert.Equal(["2 modes"], SampleStatistics.Instance.Remarks(twoModes));
        Assert.Contains("1 of 41 is an outlier", SampleStatistics.Instance.Remarks([.. plain, 1000]));
        Assert.DoesNotContain(
            SampleStatistics.Instance.Remarks([.. plain, .. plain, 1000]), r => r.Contains("outlier", StringComparison.Ordinal));
        Assert.Empty(SampleStatistics.Instance.Remarks(plain));
        Assert.Empty(SampleStatistics.Instance.Remarks([1, 2, 100]));
    }

    [Fact]
    public void The_ratio_is_the_median_of_all_pairwise_ratios() =>
        Gen.Select(Gen.Double[0.5, 9].Array[1, 30], Gen.Double[0.5, 9].Array[1, 30]).Sample((first, second) =>
        {
            double[] shifts = [.. first.SelectMany(_ => second, (a, b) => Math.Log(b) - Math.Log(a)).Order()];
            double middle = (shifts[(shifts.Length - 1) / 2] + shifts[shifts.Length / 2]) / 2;
            return Math.Abs(Math.Log(SampleStatistics.Instance.Ratio(first, second).Ratio) - middle) < 1e-9;
        });
}
