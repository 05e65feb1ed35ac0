using CsCheck;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Tests.Results;

public sealed class TimeHistogramTests
{
    // 300 lies in [288, 320), the second class of eight from 256 on; 1000 in [960, 1024).
    [Fact]
    public void Times_fall_into_eighths_of_an_octave_that_touch_each_other()
    {
        TimeHistogram histogram = TimeHistogram.Of([(300, 2), (319, 1), (320, 4), (400, 1)])!;

        Assert.Equal([288, 320, 352, 384, 416], histogram.BoundsNs);
        Assert.Equal([3, 4, 0, 1], histogram.Counts);
    }

    [Fact]
    public void Below_8_ns_a_class_is_a_nanosecond() =>
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], TimeHistogram.Of([(0, 1), (8, 1)])!.BoundsNs);

    [Fact]
    public void Without_times_there_is_none() => Assert.Null(TimeHistogram.Of([]));

    [Fact]
    public void Every_time_lies_in_the_class_that_counts_it_and_no_class_is_wider_than_an_eighth() =>
        Gen.Long[0, 60_000_000_000].Sample(time =>
        {
            TimeHistogram histogram = TimeHistogram.Of([(time, 1)])!;
            long low = histogram.BoundsNs[0];
            long high = histogram.BoundsNs[1];
            return low <= time && time < high && high - low <= Math.Max(1, low / 8) && histogram.BoundsNs.Count == 2;
        });

    /// <summary>Below 8 ns a class is one length; above, a time counts as the middle of its class.</summary>
    [Fact]
    public void The_mean_takes_every_time_for_the_middle_of_its_class()
    {
        Assert.Equal(4, TimeHistogram.Of([(3, 2), (6, 1)])!.MeanNs());
        Assert.Equal(991.5, TimeHistogram.Of([(960, 5)])!.MeanNs());
        Assert.InRange(TimeHistogram.Of(Enumerable.Range(900, 400).Select(ns => ((long)ns, 1L)))!.MeanNs(), 1_094, 1_106);
    }
}
