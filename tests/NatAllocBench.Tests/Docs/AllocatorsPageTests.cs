using System.Text.RegularExpressions;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios.Findings;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Docs;

/// <summary>The pages about other systems say what the models say, and what the published price list holds.</summary>
public partial class AllocatorsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryTests.Root, "docs", "allocators.md"));
    private static readonly string Findings = File.ReadAllText(Path.Combine(RepositoryTests.Root, "docs", "findings.md"));

    [Fact]
    public void The_page_lists_what_each_model_leaves_out() =>
        Assert.All(AllocatorCatalog.All, system => Assert.Contains(system.LeftOut, Page, StringComparison.Ordinal));

    [Fact]
    public void Every_finding_stands_on_the_page_with_its_command() =>
        Assert.All(FindingsScenario.Parts, finding => Assert.Contains($"`scenario {finding.Name}`", Findings, StringComparison.Ordinal));

    [Theory]
    [InlineData("vpp", "26.06", 0.80, 0.105)]
    [InlineData("vpp", "26.06", 0.90, 0.353)]
    [InlineData("vpp", "26.06", 0.95, 0.597)]
    [InlineData("vpp", "26.06", 0.99, 0.902)]
    [InlineData("libalias", "14", 0.80, 0.013)]
    [InlineData("libalias", "14", 0.90, 0.120)]
    [InlineData("libalias", "14", 0.95, 0.351)]
    [InlineData("libalias", "14", 0.99, 0.818)]
    [InlineData("ovs", "3.3", 0.80, 0)]
    [InlineData("ovs", "3.3", 0.90, 0)]
    [InlineData("ovs", "3.3", 0.95, 0)]
    [InlineData("ovs", "3.3", 0.99, 0.084)]
    [InlineData("pf", "openbsd-7.6", 0.99, 0)]
    public void The_published_list_has_the_reference_refusals(string system, string era, double occupancy, double expected)
    {
        string name = FormattableString.Invariant($"refused at {100 * occupancy:0} %");
        ScenarioFigure figure = Row("lost and refused", system, era).Figures.Single(each => each.Name == name);

        // Four standard errors of a share of 6000, and half a per cent for three fills.
        double allowed = (4 * Math.Sqrt(expected * (1 - expected) / 6000)) + (expected == 0 ? 0 : 0.005);
        Assert.InRange(figure.Measured, expected - allowed, expected + allowed);
    }

    [Fact]
    public void The_published_list_has_the_long_walk_of_pf() => Assert.InRange(
        Row("cost", "pf", "openbsd-7.6").Figures.Single(figure => figure.Name == "probes at 99 %, mean").Measured, 97 * 0.85, 97 * 1.15);

    [Fact]
    public void The_published_list_has_a_row_for_every_mode()
    {
        RunRecord<ScenarioCell> run = Published();

        string[] expected = [.. AllocatorCatalog.All.SelectMany(system => system.Racers.Select(racer => $"{system.Name} {racer.Mode}"))];
        string[] rows =
            [.. run.Cells.Where(cell => cell.Table == "cost").Select(cell => $"{cell.Parameters["system"]}-{cell.Era} {cell.Mode}")];
        Assert.Empty(expected.Except(rows));
    }

    private static ScenarioCell Row(string table, string system, string era) => Published().Cells.Single(
        cell => cell.Table == table && cell.Parameters["system"] == system && cell.Era == era && cell.Mode == "default");

    private static RunRecord<ScenarioCell> Published() => Assert.IsType<RunRecord<ScenarioCell>>(
        RunFormat.ReadFile(Path.Combine(RepositoryTests.Root, "docs", PriceSource().Match(Page).Groups[1].Value)));

    [GeneratedRegex("table:begin ([^#]+)#lost and refused -->")]
    private static partial Regex PriceSource();
}
