using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Tests.Netfilter.Nat;

public class CpuRandomTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1UL << 63)]
    public void Streams_of_neighbouring_seeds_agree_no_more_often_than_chance(ulong distance)
    {
        var a = new CpuRandom(1000);
        var b = new CpuRandom(1000 + distance);
        int equal = 0;
        for (int step = 0; step < 160_000; step++)
        {
            equal += a.Next16() % 16 == b.Next16() % 16 ? 1 : 0;
        }

        // One in 16: 10,000, with a standard deviation of 97.
        Assert.InRange(equal, 9_600, 10_400);
    }

    [Fact]
    public void Numbers_below_a_bound_and_in_the_unit_interval_stay_there()
    {
        var random = new CpuRandom(5);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.InRange(random.NextBelow(7), 0u, 6u);
            Assert.InRange(random.NextUnit(), 0, 0.9999999999999999);
        }
    }
}
