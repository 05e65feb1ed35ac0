using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Eviction;

namespace NatAllocBench.Tests.Scenarios;

public sealed class EvictionTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.1)]
    public void Before_6_5_nobody_gets_a_port_of_a_closed_connection(double timeWait)
    {
        ScenarioCell cell = EraExperiment.Run("6.3", new FullPool(timeWait, 1_123, 1));

        Assert.Equal(0, Figure(cell, "succeed").Measured);
        Assert.Equal(0, Figure(cell, "evictions per connection").Measured);
    }

    [Theory]
    [InlineData("6.5", 0.1, (ushort)1_123)]
    [InlineData("6.18", 0.1, (ushort)1_123)]
    [InlineData("6.5", 0.01, (ushort)5_000)]
    public void Since_6_5_as_many_succeed_as_the_law_of_evicting_probes_says(string era, double timeWait, ushort lastPort)
    {
        ScenarioCell cell = EraExperiment.Run(era, new FullPool(timeWait, lastPort, 1));

        Assert.InRange(Figure(cell, "succeed").Measured, 0.3, 0.95);
        Assert.True(Figure(cell, "succeed").Agrees);
        Assert.Equal(Figure(cell, "succeed").Measured, Figure(cell, "evictions per connection").Measured, 9);
    }

    [Fact]
    public void Established_connections_are_never_evicted() =>
        Assert.Equal(0, Figure(EraExperiment.Run("6.5", new FullPool(0, 1_123, 1)), "succeed").Measured);

    private static ScenarioFigure Figure(ScenarioCell cell, string name) => cell.Figures.Single(figure => figure.Name == name);
}
