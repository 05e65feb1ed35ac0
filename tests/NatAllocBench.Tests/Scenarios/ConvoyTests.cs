using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Churn;
using NatAllocBench.Scenarios.Convoys;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Racing.Race;

namespace NatAllocBench.Tests.Scenarios;

[Collection(Alone.Name)]
public sealed class ConvoyTests
{
    /// <summary>Of two that cost the same none catches up; of one that costs nothing all do.</summary>
    [Theory]
    [InlineData(30, 30, 0)]
    [InlineData(30, 40, 0)]
    [InlineData(30, 27, 0.1)]
    [InlineData(30, 15, 0.5)]
    public void Searches_catch_up_by_what_a_probe_costs_the_one_behind_less(double alone, double both, double lost) =>
        Assert.Equal(lost, ConvoyRace.CatchingUp(alone, both), 12);

    [TwoCpuFact]
    public void Searches_walk_over_all_ports_that_stand_and_their_probes_take_time()
    {
        var context = new ScenarioContext(1, CpuSet.Allowed(), ChurnOptions.Default, CancellationToken.None);
        ScenarioCell cell = new ConvoyRace("random", 300).Run(context);
        if (cell.Missing is { } disturbed)
        {
            // Other work took the CPUs: the cell says so and has no figure.
            Assert.StartsWith("disturbed", disturbed, StringComparison.Ordinal);
            Assert.Empty(cell.Figures);
            return;
        }

        double Of(string name) => cell.Figures.Single(figure => figure.Name == name).Measured;
        Assert.InRange(Of("probes per connection"), 300, 600);
        Assert.InRange(Of("a probe on one CPU alone (ns)"), 1, 1_000);
        Assert.InRange(Of("a probe on two CPUs (ns)"), 1, 1_000);
        Assert.InRange(Of("insert_failed from catching up"), 0, 0.5);
    }
}
