using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Exhaustion;

namespace NatAllocBench.Tests.Scenarios;

public sealed class ExhaustionTests
{
    /// <summary>
    /// Found per connection on live kernels 4.13.9, 6.1.0, 6.12.107 and 6.18.44; random starts scatter by about 1 % there.
    /// </summary>
    public static TheoryData<string, string, string, double> LiveKernels => new()
    {
        { "4.14", "default", "Tcp", 50.0 },
        { "4.14", "random", "Tcp", 74.3 },
        { "4.14", "random-fully", "Tcp", 52.7 },
        { "4.14", "default", "Udp", 50.0 },
        { "4.14", "random", "Udp", 74.3 },
        { "4.14", "random-fully", "Udp", 52.3 },
        { "6.1", "default", "Tcp", 52.5 },
        { "6.1", "random-fully", "Udp", 52.6 },
        { "6.12", "default", "Tcp", 37.0 },
        { "6.12", "random-fully", "Tcp", 36.6 },
        { "6.12", "default", "Udp", 52.9 },
        { "6.18", "random", "Tcp", 36.8 },
        { "6.18", "random", "Udp", 52.7 },
    };

    [Theory]
    [MemberData(nameof(LiveKernels))]
    public void Of_200_connections_into_100_ports_100_succeed_with_the_probes_of_the_live_kernel(
        string era, string mode, string protocol, double found)
    {
        ScenarioCell cell = EraExperiment.Run(era, new OverfilledRange(RaceMode.Get(mode), Enum.Parse<IPProtocol>(protocol), null, 1));

        Assert.Equal(100, Figure(cell, "succeed of 200").Measured);
        Assert.Equal(100, Figure(cell, "insert_failed of 200").Measured);
        Assert.InRange(Figure(cell, "found per connection").Measured, found - 0.8, found + 0.8);
        Assert.True(Figure(cell, "found per connection").Agrees);
    }

    [Theory]
    [InlineData(FillKind.Random, 0.99)]
    [InlineData(FillKind.Block, 0.5)]
    public void Limited_search_fails_as_often_as_its_law_says(FillKind fill, double occupancy)
    {
        ScenarioCell cell = EraExperiment.Run("5.10", new OccupancyCurve(RaceMode.RandomFully, fill, occupancy, 1));

        ScenarioFigure failures = Figure(cell, "fails although ports are free");
        Assert.InRange(failures.Measured, 0.01, 0.2);
        Assert.True(failures.Agrees);
        Assert.True(Figure(cell, "probes per allocation").Agrees);
    }

    [Fact]
    public void Whole_scan_does_not_give_up_at_99_percent()
    {
        ScenarioCell cell = EraExperiment.Run("4.14", new OccupancyCurve(RaceMode.RandomFully, FillKind.Random, 0.99, 1));

        Assert.Equal(0, Figure(cell, "fails although ports are free").Measured);
        Assert.True(Figure(cell, "probes per allocation").Agrees);
    }

    [Theory]
    [InlineData("4.14", "default")]
    [InlineData("4.14", "random")]
    [InlineData("5.10", "default")]
    public void All_but_one_of_simultaneous_starts_lose_where_they_start_alike(string era, string mode)
    {
        ScenarioCell cell = EraExperiment.Run(
            era, new SimultaneousSearches(RaceMode.Get(mode), FillKind.Self, 0, RaceWorkload.AllPorts, 50, 1));

        Assert.Equal(49, Figure(cell, "losers").Measured);
        Assert.Equal(1, Figure(cell, "two of them meet").Measured);
    }

    [Theory]
    [InlineData(FillKind.Random, 0.5)]
    [InlineData(FillKind.Self, 0.5)]
    public void Two_searches_at_once_meet_as_often_as_the_law_says_where_every_start_is_as_likely(FillKind fill, double occupancy)
    {
        ScenarioCell cell = EraExperiment.Run(
            "5.10", new SimultaneousSearches(RaceMode.RandomFully, fill, occupancy, 32_768, 1_000, 1));

        Assert.True(Figure(cell, "two of them meet").Agrees);
        Assert.True(Figure(cell, "losers").Agrees);
    }

    private static ScenarioFigure Figure(ScenarioCell cell, string name) => cell.Figures.Single(figure => figure.Name == name);
}
