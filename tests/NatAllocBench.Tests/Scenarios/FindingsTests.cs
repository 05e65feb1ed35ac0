using NatAllocBench.Allocators.Cilium;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Churn;
using NatAllocBench.Scenarios.Findings;

namespace NatAllocBench.Tests.Scenarios;

/// <summary>The findings about other systems, with the figures that their own code gave.</summary>
public class FindingsTests
{
    private static readonly Lazy<ScenarioCell[]> Cells = new(() =>
        [.. new FindingsScenario().Run(new ScenarioContext(1, CpuSet.Allowed(), ChurnOptions.Default, CancellationToken.None))]);

    [Fact]
    public void Retries_of_Cilium_from_1_17_go_round_16_ports()
    {
        Assert.Equal(16, CiliumCycle.Cycle<Cilium117>(seed: 1));
        Assert.Equal(16, CiliumCycle.Cycle<Cilium119>(seed: 2));
        Assert.Equal(32767, CiliumCycle.Cycle<Cilium116>(seed: 1));
        Assert.Equal(32768, CiliumCycle.Cycle<Cilium118PlusOne>(seed: 1));
        Assert.Null(CiliumCycle.Cycle<Cilium118Draw>(seed: 1));
    }

    [Theory]
    [InlineData("1.8", 0.907)]
    [InlineData("1.16", 0.898)]
    [InlineData("1.17", 0.481)]
    [InlineData("1.18", 0.505)]
    [InlineData("1.19", 0.481)]
    public void Cilium_refuses_one_per_cent_where_its_own_functions_did(string era, double expected) =>
        Assert.InRange(Figure("Cilium: where retries lead", era, "in use when 1 % are refused").Measured, expected - 0.04, expected + 0.04);

    [Theory]
    [InlineData("1.16", 0, 0.005)]
    [InlineData("1.18", 0.03, 0.09)]
    [InlineData("1.18 with a plain plus one", 0, 0.005)]
    [InlineData("1.18 with a draw per try", 0, 0.001)]
    public void Half_full_range_of_Cilium_refuses(string era, double low, double high) =>
        Assert.InRange(Figure("Cilium: where retries lead", era, "refused with 50 % in use").Measured, low, high);

    [Fact]
    public void Touching_ranges_of_Jool_are_counted_once()
    {
        ScenarioCell[] rows = [.. Cells.Value.Where(cell => cell.Table == "Jool: a pool of touching ranges")];

        Assert.Equal([2000, 1000, 2000, 2000, 1000, 2000], rows.Select(row => Value(row, "ports counted")));
        Assert.InRange(Value(rows[1], "in use at the first refusal"), 0.50, 0.60);
        Assert.InRange(Value(rows[0], "in use at the first refusal"), 0.95, 1);
        Assert.InRange(Value(rows[4], "in use at the first refusal"), 0.49, 0.52);
    }

    [Fact]
    public void VPP_tries_one_address_from_22_02_on()
    {
        Assert.Equal(0, Figure("VPP: ten tries on one address", "21.01", "refused").Measured);
        Assert.InRange(Last("VPP: ten tries on one address", "26.06", "refused").Measured, 0.40, 0.50);
    }

    [Fact]
    public void Full_round_robin_ends_on_FreeBSD_only()
    {
        Assert.Equal(100_000, Figure("pf: a full round-robin pool", "openbsd-7.6", "addresses asked").Measured);
        Assert.Equal(8, Figure("pf: a full round-robin pool", "freebsd-main", "addresses asked").Measured);
        Assert.Equal(8, Figure("pf: a full round-robin pool", "freebsd-12", "addresses asked").Measured);
    }

    [Fact]
    public void Stride_of_NPF_reaches_what_arithmetic_says()
    {
        ScenarioCell[] rows = [.. Cells.Value.Where(cell => cell.Table == "NPF: ports that a search reaches")];

        Assert.All(rows, row => Assert.True(row.Figures.Single(figure => figure.Name == "reached").Agrees));
        Assert.Equal(48128, Value(rows[0], "reached"));
        Assert.Equal(1, Value(rows.Single(row => row.Parameters["ports"] == "1999 to 3998"), "reached"));
    }

    [Fact]
    public void Closed_connections_of_Cilium_hold_ports_until_they_are_collected()
    {
        // With a hundred destinations the map is full of open connections.
        IEnumerable<ScenarioCell> table = Cells.Value.Where(cell => cell.Table == "Cilium: how ports come free");
        foreach (ScenarioCell row in table.Where(cell => cell.Parameters["destinations"] == "1"))
        {
            Assert.True(Value(row, "ports taken") > Value(row, "ports of open connections"));
        }

        Assert.True(Last("Cilium: how ports come free", "1.18", "open connections evicted").Measured > 0);
        Assert.Equal(0, Figure("Cilium: how ports come free", "1.18", "open connections evicted").Measured);
    }

    [Fact]
    public void Every_finding_is_a_scenario_with_notes() =>
        Assert.All(FindingsScenario.Parts, part =>
        {
            Assert.Same(part, ScenarioCatalog.Find(part.Name));
            Assert.NotEmpty(part.Notes);
        });

    private static ScenarioFigure Figure(string table, string era, string name) =>
        Cells.Value.First(cell => cell.Table == table && cell.Era == era).Figures.Single(figure => figure.Name == name);

    private static ScenarioFigure Last(string table, string era, string name) =>
        Cells.Value.Last(cell => cell.Table == table && cell.Era == era).Figures.Single(figure => figure.Name == name);

    private static double Value(ScenarioCell row, string name) => row.Figures.Single(figure => figure.Name == name).Measured;
}
