using NatAllocBench.Racing.Machine;

namespace NatAllocBench.Tests.Racing.Machine;

public sealed class ReferenceLoopTests
{
    [Fact]
    public void The_loop_takes_microseconds_and_nearly_the_same_time_again()
    {
        double[] times = [.. Enumerable.Range(0, 20).Select(_ => ReferenceLoop.MeasureNs())];

        // 4,096 steps of at least one cycle each cannot take less than a microsecond below 4 GHz and a bit.
        Assert.All(times, ns => Assert.InRange(ns, 800, 1e6));
        Assert.True(ReferenceLoop.MeasureNs([0]) > 800);
    }
}
