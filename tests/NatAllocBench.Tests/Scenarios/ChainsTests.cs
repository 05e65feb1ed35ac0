using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Chains;

namespace NatAllocBench.Tests.Scenarios;

public sealed class ChainsTests
{
    [Theory]
    [InlineData("5.15", 6)]
    [InlineData("6.1", 3)]
    [InlineData("6.3", 24)]
    public void As_many_confirms_are_refused_as_the_drawn_limits_say(string era, double entriesPerBucket)
    {
        ScenarioCell cell = EraExperiment.Run(era, new LongChains(entriesPerBucket, 1));

        ScenarioFigure refused = cell.Figures.Single(figure => figure.Name == "refused");
        Assert.InRange(refused.Measured, 0.005, 0.5);
        Assert.True(refused.Agrees);
        Assert.Equal(refused.Measured, cell.Figures.Single(figure => figure.Name == "chaintoolong per confirm").Measured, 9);
    }

    [Fact]
    public void Before_5_15_no_chain_is_too_long() =>
        Assert.Equal(0, EraExperiment.Run("5.14", new LongChains(16, 1)).Figures[0].Measured);
}
