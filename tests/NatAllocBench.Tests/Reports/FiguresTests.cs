using NatAllocBench.Reports.Tables;

namespace NatAllocBench.Tests.Reports;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.0231, 0.0210, 0.0252, "2.31 % [2.10, 2.52]")]
    [InlineData(0.5, 0.49, 0.51, "50.0 % [49.0, 51.0]")]
    [InlineData(0.000012, 0.000004, 0.00003, "0.00120 % [0.00040, 0.00300]")]
    [InlineData(0, 0, 0.00001298, "0 (< 0.0013 %)")]
    [InlineData(0, 0, 0.00001301, "0 (< 0.0014 %)")]
    [InlineData(0, 0, 0.001, "0 (< 0.10 %)")]
    [InlineData(1, 0.9719, 1, "100 % (> 97 %)")]
    public void A_rate_is_printed_with_its_interval_or_bound(double rate, double low, double high, string text) =>
        Assert.Equal(text, Figures.Rate(rate, low, high));

    [Theory]
    [InlineData(5.432, 5.31, 5.6, "5.43 [5.31, 5.60]")]
    [InlineData(5.432, null, null, "5.43")]
    [InlineData(0d, null, null, "0")]
    public void A_value_is_printed_with_the_interval_it_has(double value, double? low, double? high, string text) =>
        Assert.Equal(text, Figures.WithInterval(value, low, high));

    [Theory]
    [InlineData(1234567, "1,234,567")]
    [InlineData(310, "310")]
    [InlineData(2.2549, "2.25")]
    [InlineData(0.00123456, "0.00123")]
    public void Three_digits_are_kept_without_an_exponent(double value, string text) => Assert.Equal(text, Figures.Significant(value));
}
