using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Ports;

namespace NatAllocBench.Tests.Scenarios;

public sealed class PortsTests
{
    [Theory]
    [InlineData("4.14", 1_000)]
    [InlineData("5.10", 100)]
    [InlineData("5.10", 1_000)]
    public void Only_free_port_is_missed_as_often_as_the_wrap_and_the_attempts_say(string era, int size)
    {
        ScenarioFigure missed = EraExperiment.Run(era, new NeverTried(size, 1)).Figures[0];

        Assert.True(missed.Agrees);
        Assert.True(missed.Predicted > 0);
    }

    [Theory]
    [InlineData("4.14", 1)]
    [InlineData("5.10", 128)]
    public void Power_of_two_ports_are_all_tried(string era, int size) =>
        Assert.Equal(0, EraExperiment.Run(era, new NeverTried(size, 1)).Figures[0].Measured);

    [Theory]
    [InlineData("4.14", 40_000, 0.03125)]
    [InlineData("5.10", 700, 0.5676)]
    [InlineData("6.12", 300, 0.2520)]
    public void First_ports_of_a_class_come_up_as_often_as_65536_offsets_cover_them(string era, int clientPort, double share)
    {
        ScenarioFigure figure = EraExperiment.Run(era, new StartWeights((ushort)clientPort, 1)).Figures[0];

        Assert.Equal(share, figure.Predicted!.Value, 4);
        Assert.True(figure.Agrees);
    }
}
