using NatAllocBench.Platform.Clocks;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Tests.Racing.Counts;

public sealed class WindowHistogramTests
{
    [Fact]
    public void Percentiles_of_one_to_a_thousand_are_right_to_three_digits()
    {
        WindowHistogram histogram = OneTo(1000);

        Assert.Equal(1000, histogram.Count);
        Assert.InRange(histogram.P50Ns!.Value, 499.5, 500.5);
        Assert.InRange(histogram.P99Ns!.Value, 989, 991);
        Assert.InRange(histogram.PercentileNs(100)!.Value, 999, 1001);
    }

    [Fact]
    public void Merging_two_workers_equals_recording_into_one()
    {
        var odd = new WindowHistogram();
        var even = new WindowHistogram();
        for (int ns = 1; ns <= 1000; ns++)
        {
            (ns % 2 == 0 ? even : odd).RecordNs(ns);
        }

        odd.Add(even);

        Assert.Equal(OneTo(1000).Curve(), odd.Curve());
        Assert.Equal(500, even.Count);
    }

    [Fact]
    public void An_empty_histogram_has_no_percentile_instead_of_zero()
    {
        var histogram = OneTo(10);
        histogram.Reset();

        Assert.Null(histogram.P50Ns);
        Assert.Null(histogram.P99Ns);
        Assert.Null(histogram.PercentileNs(100));
        Assert.Empty(histogram.Curve());
    }

    [Fact]
    public void Lengths_outside_the_range_count_as_its_ends()
    {
        var histogram = new WindowHistogram();
        histogram.RecordNs(-5);
        histogram.RecordNs(long.MaxValue);

        Assert.Equal(0, histogram.PercentileNs(0));
        Assert.InRange(histogram.PercentileNs(100)!.Value, WindowHistogram.LongestNs * 0.999, WindowHistogram.LongestNs * 1.001);
    }

    [Fact]
    public void Ticks_are_recorded_as_nanoseconds()
    {
        var histogram = new WindowHistogram();
        histogram.RecordTicks(TickClock.FromNanoseconds(10_000));

        Assert.InRange(histogram.P50Ns!.Value, 9_980, 10_020);
    }

    [Fact]
    public void The_curve_rises_to_the_longest()
    {
        IReadOnlyList<WindowPercentile> curve = OneTo(500).Curve();

        Assert.Equal(curve.OrderBy(point => point.Percentile), curve);
        Assert.Equal(curve.OrderBy(point => point.Nanoseconds), curve);
        Assert.Equal(100, curve[^1].Percentile);
    }

    private static WindowHistogram OneTo(int last)
    {
        var histogram = new WindowHistogram();
        for (int ns = 1; ns <= last; ns++)
        {
            histogram.RecordNs(ns);
        }

        return histogram;
    }
}
