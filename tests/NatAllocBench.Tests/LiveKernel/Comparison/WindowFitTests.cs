using CsCheck;
using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.LiveKernel.Comparison;

public class WindowFitTests
{
    [Fact]
    public void The_window_of_an_overlap_gives_that_overlap() => Gen.Double[0, 1].Select(Gen.Double[1, 1e5]).Sample((overlap, offset) =>
        Math.Abs(WindowFit.OverlapOf(WindowFit.WindowOf(overlap, offset), offset) - overlap) < 1e-9);

    [Fact]
    public void Losses_that_follow_the_model_give_their_overlap_back()
    {
        double[] always = [4000, 4100, 3900, 4050, 4000];
        WindowFit fit = WindowFit.Of([.. always.Select(e => 0.5 * e)], always, 2000);
        Assert.Equal(0.5, fit.Overlap, 9);
        Assert.Equal(2000 * (1 - Math.Sqrt(0.5)), fit.WindowNs, 6);
        Assert.InRange(fit.WindowNs, fit.WindowLowNs, fit.WindowHighNs);
        Assert.True(fit.OverlapHigh > fit.Overlap, "counts have noise even where rounds agree");
    }

    [Fact]
    public void Rounds_that_differ_widen_the_interval()
    {
        double[] always = [4000, 4000, 4000, 4000];
        WindowFit steady = WindowFit.Of([2000, 2010, 1990, 2000], always, 2000);
        WindowFit drifting = WindowFit.Of([1500, 2500, 1600, 2400], always, 2000);
        Assert.Equal(steady.Overlap, drifting.Overlap, 6);
        Assert.True(drifting.OverlapHigh - drifting.OverlapLow > 3 * (steady.OverlapHigh - steady.OverlapLow));
    }

    [Fact]
    public void A_curve_that_holds_is_accepted_and_one_with_another_slope_is_not()
    {
        double[] scale = [800, 200, 50, 12];
        double[][] always = [.. scale.Select(e => Enumerable.Repeat(e, 8).ToArray())];
        double[] noise = [1, -1, 0.5, -0.5, 1.2, -1.2, 0.3, -0.3];
        double[][] Lost(Func<int, double> factor) =>
            [.. scale.Select((e, cell) => noise.Select(n => (0.5 * e * factor(cell)) + (n * Math.Sqrt(0.5 * e))).ToArray())];
        RaceFitTest good = RaceFitTest.Of(Lost(_ => 1), always, 0.5);
        Assert.True(good.PValue > 0.5, $"p = {good.PValue}");
        RaceFitTest bad = RaceFitTest.Of(Lost(cell => cell == 0 ? 1 : 1.4), always, 0.5);
        Assert.True(bad.PValue < 0.001, $"p = {bad.PValue}");
        Assert.Equal(3, good.CellDegrees);
        Assert.Equal(28, good.RoundDegrees);
    }

    [Theory]
    [InlineData(5, 11.0705)]
    [InlineData(63, 82.5287)]
    public void The_chi_square_limit_is_that_of_the_tables(int degrees, double limit) =>
        Assert.Equal(1, ChiSquare.Limit(degrees) / limit, 2);

    [Fact]
    public void A_mean_of_equal_values_holds_nothing_else()
    {
        MeanEstimate mean = MeanEstimate.Of([2, 2, 2]);
        Assert.True(mean.Holds(2));
        Assert.False(mean.Holds(2.001));
        Assert.True(MeanEstimate.Of([1.0, 2, 3], 10).High > MeanEstimate.Of([1.0, 2, 3]).High);
    }
}
