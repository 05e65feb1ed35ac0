using NatAllocBench.Reporting;

namespace NatAllocBench.Tests.Reporting;

public sealed class SampleStatisticsTests
{
    [Fact]
    public void The_median_of_a_symmetric_sample_is_its_centre()
    {
        MedianEstimate median = SampleStatistics.Instance.Median([5, 1, 3, 2, 4]);

        Assert.Equal(3, median.Value, 1e-9);
        Assert.InRange(median.Low!.Value, 1, 3);
        Assert.InRange(median.High!.Value, 3, 5);
    }

    [Fact]
    public void One_wild_value_does_not_carry_the_interval_out_of_the_sample()
    {
        MedianEstimate median = SampleStatistics.Instance.Median([1, 2, 3, 4, 5, 6, 7, 100]);

        Assert.InRange(median.Low!.Value, 1, median.Value);
        Assert.InRange(median.High!.Value, median.Value, 100);
    }

    [Fact]
    public void Two_values_have_no_interval()
    {
        MedianEstimate median = SampleStatistics.Instance.Median([1, 2]);

        Assert.Equal(1.5, median.Value, 1e-6);
        Assert.Equal((null, null), (median.Low, median.High));
    }

    [Fact]
    public void Equal_values_have_an_interval_of_no_width() =>
        Assert.Equal(new MedianEstimate(4, 4, 4), SampleStatistics.Instance.Median([4, 4, 4, 4]));

    [Theory]
    [InlineData]
    [InlineData(1.0, double.NaN)]
    public void No_values_or_wrong_ones_are_refused(params double[] values) =>
        Assert.Throws<ArgumentException>(() => SampleStatistics.Instance.Median(values));

    // 2,000 repetitions of 15 log-normal values, whose median is 1.
    [Fact]
    public void The_interval_covers_the_true_median_in_about_95_percent_of_cases()
    {
        Random random = new(42);
        int covered = 0;
        for (int i = 0; i < 2000; i++)
        {
            double[] values = [.. Enumerable.Range(0, 15).Select(_ => Math.Exp(0.3 * Normal()))];
            MedianEstimate median = SampleStatistics.Instance.Median(values);
            covered += median.Low <= 1 && 1 <= median.High ? 1 : 0;
        }

        Assert.InRange(covered / 2000.0, 0.93, 0.98);

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
