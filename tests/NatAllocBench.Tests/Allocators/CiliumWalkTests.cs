using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Cilium;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Prices;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Tests.Allocators;

/// <summary>
/// Where the retries of Cilium lead from 1.17 on, by the algorithm alone: what <c>docs/allocators.md</c> says of its default range and of
/// the common one.
/// </summary>
public class CiliumWalkTests
{
    private static readonly CiliumRule Own = new(SystemSetup.Address, 32768, 65535);
    private static readonly CiliumRule Common = new(SystemSetup.Address, 1024, 65535);

    [Fact]
    public void Default_range_has_a_cycle_of_16_ports_that_every_search_reaches_in_14_steps()
    {
        Walk walk = WalkOf(Own);

        Assert.Equal(16, walk.Cycle);
        Assert.Equal(14, walk.MostSteps);
    }

    [Fact]
    public void Common_range_has_a_cycle_of_476_ports_that_is_269_steps_away_on_average()
    {
        Walk walk = WalkOf(Common);

        Assert.Equal(476, walk.Cycle);
        Assert.Equal(269, walk.MeanSteps, 0.5);
    }

    [Fact]
    public void On_the_common_range_every_try_asks_another_port()
    {
        AllTriesDiffer<Cilium117>();
        AllTriesDiffer<Cilium118>();
    }

    [Fact]
    public void Up_to_1_16_and_from_1_17_on_the_eras_search_alike_as_far_as_they_try()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            Assert.Equal(Ports<Cilium116>(seed), Ports<Cilium18<LargePrograms>>(seed));
            Assert.Equal(Ports<Cilium116>(seed), Ports<Cilium115>(seed));
            Assert.Equal(Ports<Cilium118>(seed), Ports<Cilium119>(seed));
            Assert.Equal(Ports<Cilium118>(seed), Ports<Cilium117>(seed).Take(Cilium118.Tries));
            Assert.Subset(Ports<Cilium118>(seed).ToHashSet(), Ports<Cilium117>(seed).ToHashSet());
        }
    }

    [Theory]
    [InlineData("cilium-1.17", 128)]
    [InlineData("cilium-1.18", 32)]
    [InlineData("cilium-1.19", 32)]
    public void On_the_common_range_the_share_refused_is_the_occupancy_to_the_power_of_the_tries(string name, int tries)
    {
        AllocatorSystem system = AllocatorCatalog.All.Single(system => system.Name == name);
        var curve = new RefusalCurve(system.Racer()!, PortRange.Common);
        double[] occupancies = [0.95, 0.99];
        ILookup<double, RefusalPoint> points = Enumerable.Range(0, 30)
            .SelectMany(fill => curve.Fill(occupancies, 60, (ulong)fill))
            .ToLookup(point => point.Occupancy);

        Assert.All(occupancies, occupancy =>
        {
            ScenarioFigure refused = PriceFigures.Refused("refused", [.. points[occupancy]]);
            Assert.InRange(Math.Pow(occupancy, tries), refused.Low!.Value, refused.High!.Value);
        });
    }

    private static void AllTriesDiffer<TEra>()
        where TEra : struct, ICiliumEra
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var draws = new CpuDraws(seed);
            CiliumCandidates<TEra> candidates = CiliumCandidates<TEra>.First(in Common, sourcePort: 1, ref draws);
            var seen = new HashSet<ushort>();
            for (int tried = 1; tried < TEra.Tries; tried++)
            {
                candidates.Fail(ref draws); // from the second candidate on, which is drawn
                Assert.True(seen.Add(candidates.Port), $"port {candidates.Port} came twice with seed {seed}");
            }
        }
    }

    /// <summary>The ports of one search on the default range, none of them free.</summary>
    private static ushort[] Ports<TEra>(ulong seed)
        where TEra : struct, ICiliumEra
    {
        var draws = new CpuDraws(seed);
        var ports = new ushort[TEra.Tries];
        CiliumCandidates<TEra> candidates = CiliumCandidates<TEra>.First(in Own, sourcePort: 1, ref draws);
        for (int i = 0; i < ports.Length; i++)
        {
            ports[i] = candidates.Port;
            candidates.Fail(ref draws);
        }

        return ports;
    }

    private static Walk WalkOf(CiliumRule rule)
    {
        ushort Next(ushort port) => CiliumClamp.ByMultiplication(in rule, (ushort)(port + 1));

        // After as many steps as there are ports, every search is in the cycle.
        ushort at = rule.Minimum;
        for (int step = 0; step < 65536; step++)
        {
            at = Next(at);
        }

        var cycle = new HashSet<ushort>();
        for (ushort port = at; cycle.Add(port); port = Next(port))
        {
        }

        int[] steps =
        [
            .. Enumerable.Range(0, 65536).Select(drawn =>
            {
                ushort port = CiliumClamp.ByMultiplication(in rule, (ushort)drawn);
                int count = 0;
                for (; !cycle.Contains(port); port = Next(port))
                {
                    count++;
                }

                return count;
            }),
        ];
        return new Walk(cycle.Count, steps.Average(), steps.Max());
    }

    private readonly record struct Walk(int Cycle, double MeanSteps, int MostSteps);
}
