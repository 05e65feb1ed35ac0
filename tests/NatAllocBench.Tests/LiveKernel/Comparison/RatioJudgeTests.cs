using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.LiveKernel.Comparison;

public sealed class RatioJudgeTests
{
    [Theory]
    [InlineData(1000, 1000, true, null)]
    [InlineData(1000, 710, true, null)]
    [InlineData(1000, 1390, true, null)]
    [InlineData(1000, 600, false, null)]
    [InlineData(1000, 1600, false, null)]
    [InlineData(0, 0, true, "no loss in either")]
    [InlineData(5, 2, null, "too few losses to tell: 5 and 2")]
    [InlineData(0, 3, null, "too few losses to tell: 0 and 3")]
    [InlineData(0, 1000, false, null)]
    public void Two_rates_agree_within_the_band_unless_there_are_too_few_losses(int kernel, int model, bool? agrees, string? remark)
    {
        ComparisonCell judged = RatioJudge.Judge(Named, Rate(kernel), Rate(model));
        Assert.Equal(agrees, judged.Agrees);
        Assert.Equal(remark, judged.Remark);
        Assert.Equal(kernel > 0 && model > 0, judged.Ratio is not null);
        Assert.Equal(kernel > 0 && model > 0 ? (double)model / kernel : 0, judged.Ratio ?? 0, 6);
    }

    private static ComparisonCell Named => new()
    {
        System = "linux-6.18",
        Experiment = "bursts",
        Quantity = "insert_failed per connection (%)",
        Era = "6.18",
        Mode = "default",
        Protocol = "tcp",
        Parameters = "10 clients",
    };

    private static RateEstimate Rate(int failures) =>
        FailureRate.Estimate([.. Enumerable.Repeat(100_000L, 10)], [.. Enumerable.Range(0, 10).Select(i => (long)((failures + i) / 10))]);
}
