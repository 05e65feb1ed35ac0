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
    [InlineData(1000, 600, false, "the ratio is 0.54 to 0.66 (95 %)")]
    [InlineData(1000, 1600, false, "the ratio is 1.48 to 1.73 (95 %)")]
    [InlineData(200, 286, false, "the ratio is 1.19 to 1.71 (95 %)")]
    [InlineData(110, 155, null, "the ratio is 1.10 to 1.80 (95 %): too wide to tell")]
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

    /// <summary>Where two intervals have no rate in common, there are losses enough for a verdict.</summary>
    [Fact]
    public void Rates_whose_intervals_do_not_overlap_agree_within_the_band_or_not_at_all()
    {
        foreach (int kernel in new[] { 1, 10, 30, 100, 300, 1000 })
        {
            foreach (double ratio in new[] { 0.1, 0.3, 0.5, 0.65, 0.72, 1.38, 1.45, 2, 4, 10 })
            {
                ComparisonCell judged = RatioJudge.Judge(Named, Rate(kernel), Rate((int)Math.Round(kernel * ratio)));
                bool isApart = judged.KernelLow > judged.ModelHigh || judged.ModelLow > judged.KernelHigh;
                Assert.False(isApart && judged.Agrees is null, $"{kernel} times {ratio}: {judged.Remark}");
                Assert.Equal(judged.Agrees is null, judged.Remark?.EndsWith("to tell", StringComparison.Ordinal) == true
                    || judged.Remark?.StartsWith("too few losses to tell", StringComparison.Ordinal) == true);
            }
        }
    }

    /// <summary>Each row alone is within the band and its chance; together they show that the kernel's modes differ more.</summary>
    [Fact]
    public void Rows_that_differ_a_little_in_one_direction_show_together_that_the_modes_differ()
    {
        double[] scatter = [0.95, 1.05, 0.9, 1.1, 1, 1.02, 0.98, 1.08, 0.93];

        ComparisonCell apart = ModeContrast.Judge(Named, [.. scatter.Select((s, i) => (1.25 * s, 1.05 * scatter[(i + 4) % 9]))]);
        ComparisonCell alike = ModeContrast.Judge(Named, [.. scatter.Select((s, i) => (1.25 * s, 1.2 * scatter[(i + 4) % 9]))]);

        Assert.Equal((false, 1.25, 0.84), (apart.Agrees, Math.Round(apart.Kernel!.Value, 2), Math.Round(apart.Ratio!.Value, 2)));
        Assert.StartsWith("the model's ratio is 0.7", apart.Remark, StringComparison.Ordinal);
        Assert.Equal((true, null), (alike.Agrees, alike.Remark));
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
