using NatAllocBench.Platform.Cpus;
using NatAllocBench.Results.Model;
using NatAllocBench.Scenarios;
using NatAllocBench.Scenarios.Churn;
using NatAllocBench.Scenarios.ShortPath;

namespace NatAllocBench.Tests.Scenarios;

public class ShortPathScenarioTests
{
    private const string Leaving = "a socket with 64 connections: all but its first leave on the way";

    private static readonly ScenarioCell[] Cells =
    [
        .. new ShortPathScenario(groups: 1, connections: 2000).Run(
            new ScenarioContext(1, CpuSet.Allowed(), ChurnOptions.Default, CancellationToken.None)),
    ];

    [Fact]
    public void The_parts_of_a_connection_add_up_to_it()
    {
        ScenarioCell[] parts = [.. Cells.Where(cell => cell.Parameters.ContainsKey("part"))];

        Assert.Equal(7, parts.Length);
        Assert.Equal(Figure(parts[^1], "ns up to here"), parts.Sum(part => Figure(part, "ns")), 1e-6);
        Assert.Equal(1, parts.Sum(part => Figure(part, "share")), 1e-9);
        Assert.True(Figure(parts[0], "ns") > 0);
    }

    [Fact]
    public void Every_kind_is_covered_or_not_as_it_says()
    {
        ScenarioCell[] kinds = [.. Cells.Where(cell => cell.Parameters.ContainsKey("connections"))];

        Assert.Equal(PathKind.All.Count, kinds.Length);
        Assert.All(kinds, kind =>
        {
            (double least, double most) = kind.Parameters["connections"] switch
            {
                "covered" or "IPv6" or "the first era that is covered" => (0.99, 1),
                Leaving => (0.01, 0.02), // the first of every 64
                _ => (0, 0),
            };
            Assert.InRange(Figure(kind, "short path"), least, most);
            Assert.True(Figure(kind, "ns") > 0);
        });
    }

    [Theory]
    [InlineData("6.12", "default", "IPv6")]
    [InlineData("6.12", "default", "IPv6, but on the general path")]
    [InlineData("6.12", "default", "ICMP that is no echo (timestamp)")]
    [InlineData("6.12", "default", "TCP under a range of 32 ports, a destination for each flow")]
    [InlineData("6.12", "default", Leaving)]
    [InlineData("4.14", "default", "an era before 5.0")]
    [InlineData("4.14", "random", "an era before 5.0, a destination for each flow")]
    [InlineData("4.14", "random-fully", "an era before 5.0")]
    public void There_is_a_row_for(string era, string mode, string kind) => Assert.Single(
        Cells, cell => cell.Era == era && cell.Mode == mode && cell.Parameters.GetValueOrDefault("connections") == kind);

    private static double Figure(ScenarioCell cell, string name) => Assert.Single(cell.Figures, figure => figure.Name == name).Measured;
}
