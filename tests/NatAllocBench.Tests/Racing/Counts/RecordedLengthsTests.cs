using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Tests.Racing.Counts;

public sealed class RecordedLengthsTests
{
    [Fact]
    public void What_is_kept_of_two_workers_has_the_percentiles_of_all_that_they_recorded()
    {
        var first = new WindowHistogram();
        var second = new WindowHistogram();
        var both = new WindowHistogram();
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            long ns = (long)Math.Exp(random.NextDouble() * 25);
            (i % 3 == 0 ? first : second).RecordNs(ns);
            both.RecordNs(ns);
        }

        both.RecordNs(long.MaxValue);
        second.RecordNs(long.MaxValue);

        var kept = RecordedLengths.Of([first, second]);

        Assert.Equal(2001, kept.Count);
        Assert.Equal(both.Recorded(), kept.Bins);
        Assert.Equal(both.Curve(), kept.ToHistogram().Curve());
    }

    [Fact]
    public void The_mean_counts_every_length_as_often_as_it_was_recorded()
    {
        var histogram = new WindowHistogram();
        histogram.RecordNs(100, 3);
        histogram.RecordNs(500);

        Assert.Equal(200, RecordedLengths.Of([histogram]).MeanNs);
    }

    [Fact]
    public void Nothing_is_kept_of_workers_that_recorded_nothing()
    {
        Assert.Empty(RecordedLengths.Of([new WindowHistogram()]).Bins);
        Assert.Null(RecordedLengths.None.ToHistogram().P50Ns);
    }
}
