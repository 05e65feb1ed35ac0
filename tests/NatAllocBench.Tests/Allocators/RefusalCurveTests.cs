using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;

namespace NatAllocBench.Tests.Allocators;

/// <summary>How often each system refuses at an occupancy: known figures of the systems, at a tenth of the published size.</summary>
public class RefusalCurveTests
{
    private const int Attempts = 2000;
    private const ulong Seed = 7;

    [Theory]
    [InlineData("vpp-26.06", 0.80, 0.105)]
    [InlineData("vpp-26.06", 0.90, 0.353)]
    [InlineData("vpp-26.06", 0.95, 0.597)]
    [InlineData("vpp-26.06", 0.99, 0.902)]
    [InlineData("libalias-14", 0.80, 0.013)]
    [InlineData("libalias-14", 0.90, 0.120)]
    [InlineData("libalias-14", 0.95, 0.351)]
    [InlineData("libalias-14", 0.99, 0.818)]
    [InlineData("ovs-3.3", 0.80, 0)]
    [InlineData("ovs-3.3", 0.90, 0)]
    [InlineData("ovs-3.3", 0.95, 0)]
    [InlineData("ovs-3.3", 0.99, 0.084)]
    [InlineData("pf-openbsd-7.6", 0.99, 0)]
    [InlineData("pf-freebsd-main", 0.99, 0)]
    public void Refuses_as_often_as_the_system(string name, double occupancy, double expected)
    {
        RefusalPoint point = Measure(name, occupancy);

        // Four standard errors of a share of 2000, and one per cent for a table that is filled once.
        double allowed = (4 * Math.Sqrt(expected * (1 - expected) / Attempts)) + (expected == 0 ? 0 : 0.01);
        Assert.InRange(point.Rate, expected - allowed, expected + allowed);
    }

    [Fact]
    public void Exhaustive_walk_of_pf_asks_97_ports_at_99_per_cent() =>
        Assert.InRange(Measure("pf-openbsd-7.6", 0.99).ProbesMean!.Value, 97 * 0.85, 97 * 1.15); // one fill: its runs of taken ports decide

    [Fact]
    public void Same_seed_gives_the_same_point() => Assert.Equal(Measure("ovs-3.3", 0.99), Measure("ovs-3.3", 0.99));

    private static RefusalPoint Measure(string name, double occupancy)
    {
        AllocatorSystem system = AllocatorCatalog.All.Single(system => system.Name == name);
        return RefusalCurve.At(system.Racer()!, system.DefaultRange, occupancy, Attempts, Seed);
    }
}
