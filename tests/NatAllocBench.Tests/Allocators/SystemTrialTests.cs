using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Tests.Racing.Race;

namespace NatAllocBench.Tests.Allocators;

/// <summary>Systems raced by pinned threads; every trial proves its counts against a walk of its table.</summary>
public class SystemTrialTests
{
    private static readonly PortRange Narrow = new(20000, 20255);

    public static TheoryData<string> Raced => [.. AllocatorCatalog.All.Where(system => system.Racer is not null).Select(system => system.Name)];

    [Theory]
    [MemberData(nameof(Raced))]
    public void Counts_agree_with_the_table_and_nothing_is_lost_without_a_window(string name)
    {
        AllocatorSystem system = AllocatorCatalog.All.Single(system => system.Name == name);

        SystemResult result = Run(system, system.DefaultRange, new SystemWorkload(8, 1, 0.5, 0, 500, 400), [0, 0])!;

        Assert.Equal(400, result.Attempts);
        if (system.Scope != LockScope.Window)
        {
            Assert.Equal(0, result.Lost);
        }
    }

    [TwoCpuFact]
    public void Window_of_FreeBSD_loses_connections_and_the_mutex_of_OpenBSD_none()
    {
        var bursts = new SystemWorkload(Clients: 2, Destinations: 200, Occupancy: 0.9, WindowNs: 20_000, BurstOffsetNs: 0, Connections: 3000);
        long lost = 0;
        for (ulong seed = 0; seed < 5 && lost == 0; seed++)
        {
            lost = Run(Find("pf-freebsd-main"), Narrow, bursts with { Destinations = 1, Connections = 20 }, [0, 1], seed)!.Lost;
        }

        Assert.Equal(0, Run(Find("pf-openbsd-7.6"), Narrow, bursts, [0, 1])!.Lost);
        Assert.True(lost > 0, "two CPUs that choose among 25 ports at once never met in five trials");
    }

    [Fact]
    public void Fixed_range_is_said_to_be_fixed() =>
        Assert.Equal("its ports are 32768-65535 and cannot be set", Find("libalias-12").WhyMissing(PortRange.Common));

    private static AllocatorSystem Find(string name) => AllocatorCatalog.All.Single(system => system.Name == name);

    private static SystemResult? Run(AllocatorSystem system, PortRange range, SystemWorkload workload, int[] cpus, ulong seed = 1) =>
        SystemTrial.Run(system.Racer!, range, workload, cpus, seed);
}
