using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Tests.Prediction;

public sealed class RandomFillTests
{
    [Theory]
    [InlineData(1_000, true, false)]
    [InlineData(1_000, true, true)]
    [InlineData(1_000, false, false)]
    [InlineData(100, true, false)]
    public void An_empty_and_a_full_range_are_those_of_the_exact_search(int ports, bool isLimited, bool evicts)
    {
        var limits = new SearchLimits(ports, isLimited, evicts);
        var full = new bool[ports];
        Array.Fill(full, true);
        Assert.Equal(ExactSearch.Of(limits, new bool[ports], []), RandomFill.Of(limits, 0, 0));
        Assert.Equal(ExactSearch.Of(limits, full, evicts ? full : []), RandomFill.Of(limits, ports, evicts ? ports : 0));
    }

    /// <summary>One set of ports at random: its own runs differ from the mean of all sets.</summary>
    [Theory]
    [InlineData(0.9, true, 0)]
    [InlineData(0.97, true, 0)]
    [InlineData(0.97, true, 0.5)]
    [InlineData(0.9, false, 0)]
    public void Ports_at_random_have_the_chance_of_the_exact_search(double load, bool isLimited, double evictableShare)
    {
        const int Ports = 32_768;
        var random = new Random(1);
        bool[] taken = [.. Enumerable.Range(0, Ports).Select(_ => random.NextDouble() < load)];
        bool[] evictable = [.. taken.Select(port => port && random.NextDouble() < evictableShare)];
        var limits = new SearchLimits(Ports, isLimited, evictableShare > 0);
        SearchChance exact = ExactSearch.Of(limits, taken, limits.Evicts ? evictable : []);
        SearchChance closed = RandomFill.Of(limits, taken.Count(port => port), evictable.Count(port => port));
        Assert.InRange(closed.Probes / exact.Probes, 0.8, 1.25);
        Assert.InRange(closed.Failure, (exact.Failure / 3) - 1e-9, (3 * exact.Failure) + 1e-9);
    }
}
