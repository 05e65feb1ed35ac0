using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Prices;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.Allocators;

/// <summary>How often each system refuses at an occupancy: known figures of the systems, at a tenth of the published size.</summary>
public class RefusalCurveTests
{
    private const int Fills = 20;
    private const int Attempts = 100;
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
        ScenarioFigure refused = PriceFigures.Refused("refused", Measure(name, occupancy));

        // Four standard errors of a share of 2000, and one per cent for twenty fills.
        double allowed = (4 * Math.Sqrt(expected * (1 - expected) / (Fills * Attempts))) + (expected == 0 ? 0 : 0.01);
        Assert.InRange(refused.Measured, expected - allowed, expected + allowed);
    }

    [Fact]
    public void Exhaustive_walk_of_pf_asks_97_ports_at_99_per_cent() =>
        Assert.InRange(PriceFigures.MeanProbes("probes", Measure("pf-openbsd-7.6", 0.99))!.Measured, 97 * 0.85, 97 * 1.15);

    [Fact]
    public void Same_seed_gives_the_same_points() => Assert.Equal(
        Measure("ovs-3.3", 0.99).Select(point => string.Join(' ', point.Probes)),
        Measure("ovs-3.3", 0.99).Select(point => string.Join(' ', point.Probes)));

    [Fact]
    public void Steps_of_one_fill_have_the_occupancies_they_name()
    {
        // One draw of a port a connection: a probe finds it taken as often as ports are in use. 2000 of them in 20 fills.
        RefusalCurve curve = Curve("rfc6056-1");

        foreach (IGrouping<double, RefusalPoint> step in Enumerable.Range(0, Fills)
            .SelectMany(fill => curve.Fill([0.5, 0.8], Attempts, (ulong)fill))
            .GroupBy(point => point.Occupancy))
        {
            double taken = step.Average(point => point.Probes.Count(probes => probes > 1)) / Attempts;
            Assert.InRange(taken, step.Key - 0.05, step.Key + 0.05);
        }
    }

    /// <summary>
    /// From 1.17 a search of Cilium ends in 16 ports. In most fills some of them are free and nothing is refused, in the others it depends
    /// on the 14 ports before them: by the fills, 0.9^30 is refused at 90 %.
    /// </summary>
    [Fact]
    public void Refusals_of_Cilium_come_in_clusters_and_the_interval_is_that_of_the_fills()
    {
        RefusalCurve curve = Curve("cilium-1.17");
        RefusalPoint[] fills = [.. Enumerable.Range(0, 60).Select(fill => curve.Fill([0.9], 100, (ulong)fill)[0])];

        ScenarioFigure refused = PriceFigures.Refused("refused", fills);

        Assert.InRange(Math.Pow(0.9, 30), refused.Low!.Value, refused.High!.Value);
        Assert.True(fills.Count(fill => fill.Refused == 0) > 30, "fills in which nothing was refused");
        (double low, double high) = Binomial(fills.Sum(fill => fill.Refused), 6000);
        Assert.True(refused.High - refused.Low > 1.5 * (high - low), "the interval of 6000 attempts on their own is as wide");
    }

    /// <summary>A planted system that refuses everything in a share of the fills and nothing in the others.</summary>
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.03)]
    [InlineData(0.3)]
    public void Interval_holds_a_planted_share_whose_refusals_fill_whole_clusters(double share)
    {
        const int Runs = 1000;
        var random = new Random(7);
        int held = 0;
        int heldByAttempts = 0;
        for (int run = 0; run < Runs; run++)
        {
            RefusalPoint[] fills =
                [.. Enumerable.Range(0, 60).Select(_ => new RefusalPoint(0.8, 100, random.NextDouble() < share ? [] : new int[100]))];
            ScenarioFigure refused = PriceFigures.Refused("refused", fills);
            (double low, double high) = Binomial(fills.Sum(fill => fill.Refused), 6000);
            held += refused.Low <= share && refused.High >= share ? 1 : 0;
            heldByAttempts += low <= share && high >= share ? 1 : 0;
        }

        Assert.InRange(held, 0.93 * Runs, Runs);
        Assert.InRange(heldByAttempts, 0, 0.6 * Runs);
    }

    [Fact]
    public void Nothing_refused_in_sixty_fills_excludes_what_sixty_attempts_would()
    {
        RefusalPoint[] fills = [.. Enumerable.Repeat(new RefusalPoint(0.8, 100, new int[100]), 60)];

        Assert.Equal(1 - Math.Pow(0.05, 1.0 / 60), PriceFigures.Refused("refused", fills).High!.Value, 1e-12);
    }

    private static (double Low, double High) Binomial(int refused, int attempts) => FailureRate.ClopperPearson(refused, attempts);

    private static RefusalPoint[] Measure(string name, double occupancy)
    {
        RefusalCurve curve = Curve(name);
        return [.. Enumerable.Range(0, Fills).Select(fill => curve.Fill([occupancy], Attempts, Seed + (ulong)fill)[0])];
    }

    private static RefusalCurve Curve(string name)
    {
        AllocatorSystem system = AllocatorCatalog.All.Single(system => system.Name == name);
        return new RefusalCurve(system.Racer()!, system.DefaultRange);
    }
}
