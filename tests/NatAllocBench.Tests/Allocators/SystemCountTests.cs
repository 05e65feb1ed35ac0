using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Workloads;
using static NatAllocBench.Tests.Allocators.SystemRaces;

namespace NatAllocBench.Tests.Allocators;

/// <summary>Systems raced by two workers that take turns on one CPU: what is counted does not depend on what else runs.</summary>
public class SystemCountTests
{
    public static TheoryData<string, string> Raced
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (AllocatorSystem system in AllocatorCatalog.All)
            {
                foreach (RacedSystem racer in system.Racers)
                {
                    data.Add(system.Name, racer.Mode);
                }
            }

            return data;
        }
    }

    [Fact]
    public void Every_system_is_raced() => Assert.DoesNotContain(AllocatorCatalog.All, system => system.Racers.Count == 0);

    [Theory]
    [MemberData(nameof(Raced))]
    public void Counts_agree_with_the_table_and_nothing_is_lost_without_a_window(string name, string mode)
    {
        AllocatorSystem system = Find(name);
        var workload = new SystemWorkload { Clients = 8, Occupancy = 0.5, Connections = 200 };

        TrialResult result = Run(system, system.DefaultRange, workload, [0, 0], mode: mode)!;

        Assert.Equal(200, result.All.Attempts);
        if (system.Scope != LockScope.Window || mode == "reserve")
        {
            Assert.Equal(0, result.All.FailedKeepPort + result.All.FailedSearch);
        }
    }

    [Theory]
    [InlineData("bursts:500ns")]
    [InlineData("lockstep")]
    [InlineData("tick:1us")]
    [InlineData("poisson:1000000")]
    public void Every_arrival_brings_all_connections(string arrival)
    {
        var workload = new SystemWorkload { Clients = 8, Arrival = Arrival.Parse(arrival), Connections = 200 };

        TrialResult result = Run(Find("ovs-3.3"), PortRange.Common, workload, [0, 0])!;

        Assert.Equal(200, result.All.Attempts);
        Assert.Equal(arrival.StartsWith("poisson", StringComparison.Ordinal) ? 0 : arrival == "lockstep" ? 100 : 25, result.Overlap.Rounds);
    }

    [Fact]
    public void Fixed_range_missing_mode_and_pool_are_named()
    {
        Assert.Equal("its ports are 32768-65535 and cannot be set", Find("libalias-12").WhyMissing("default", PortRange.Common));
        Assert.Equal("the system has no mode stripes", Find("ovs-3.3").WhyMissing("stripes", PortRange.Common));
        Assert.Equal("it is raced with one address only", Find("ovs-3.3").WhyMissing("default", PortRange.Common, pool: 4));
        Assert.Equal("the system has no mode rover-cas", Find("netfilter-6.12").WhyMissing("rover-cas", PortRange.Common));
        Assert.Null(Find("netfilter-4.14").WhyMissing("rover-cas", PortRange.Common, pool: 4));
    }
}
