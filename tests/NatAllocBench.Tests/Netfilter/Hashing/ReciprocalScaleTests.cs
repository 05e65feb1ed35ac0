using CsCheck;
using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class ReciprocalScaleTests
{
    [Fact]
    public void Every_kernel_vector_is_reproduced()
    {
        var lines = VectorFile.Lines("reciprocal_scale.jsonl");
        Assert.Equal(105, lines.Length);
        Assert.Empty(VectorFile.Rejected(lines, line =>
            ReciprocalScale.Scale(line.GetProperty("value").GetUInt32(), line.GetProperty("range").GetUInt32())
                == line.GetProperty("result").GetUInt32()));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(7u)]
    [InlineData(65536u)]
    [InlineData(uint.MaxValue)]
    public void The_smallest_and_largest_value_reach_both_ends_of_the_range(uint range)
    {
        Assert.Equal(0u, ReciprocalScale.Scale(0, range));
        Assert.Equal(range - 1, ReciprocalScale.Scale(uint.MaxValue, range));
    }

    [Fact]
    public void Half_the_values_lie_below_half_the_range() => Assert.Equal(2u, ReciprocalScale.Scale(0x80000000, 4));

    [Fact]
    public void An_empty_range_gives_zero() => Assert.Equal(0u, ReciprocalScale.Scale(uint.MaxValue, 0));

    [Fact]
    public void Results_stay_in_range_and_keep_the_order_of_the_values()
    {
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt[1, uint.MaxValue]).Sample((x, y, range) =>
        {
            uint low = ReciprocalScale.Scale(Math.Min(x, y), range), high = ReciprocalScale.Scale(Math.Max(x, y), range);
            return low <= high && high < range;
        });
    }
}
