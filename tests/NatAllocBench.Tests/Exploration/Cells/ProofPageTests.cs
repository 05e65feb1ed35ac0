using System.Text.RegularExpressions;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>What docs/proof.md says of scenarios and designs beside its generated tables.</summary>
public partial class ProofPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "proof.md"));

    [Fact]
    public void Scenarios_that_start_without_free_slots_are_those_of_the_page() => Assert.Equal(
        ScenarioCatalog.All.Where(scenario => scenario.Build(2).IsCold).Select(scenario => scenario.Name).Order(),
        Named("| free slots |"));

    [Fact]
    public void Scenarios_that_start_without_reservations_are_those_of_the_page() => Assert.Equal(
        ScenarioCatalog.All.Where(scenario => !scenario.Build(2).HasReservations).Select(scenario => scenario.Name).Order(),
        Named("| reservations |"));

    /// <summary>Outcomes of two connections under the kernel's locks only; none is there without locks only.</summary>
    [Theory]
    [InlineData("gc", "kept, insert_failed + collected 1")]
    [InlineData("recycle", "kept, inserted + sees no ORIGINAL, REPLY + killed")]
    [InlineData("early-drop", "kept, insert_failed + kept, inserted", "kept, inserted + searched, inserted")]
    [InlineData("kill")]
    [InlineData("same-flow")]
    public void The_designs_differ_where_the_page_says(string scenario, params string[] outcomes)
    {
        string[] locks = Outcomes("kernel-locks", scenario);
        string[] free = Outcomes("lock-free", scenario);
        Assert.Equal(outcomes, locks.Except(free));
        Assert.Empty(free.Except(locks));
        string? row = Page.Split('\n').SingleOrDefault(line => line.StartsWith($"| `{scenario}`, 6.12 |", StringComparison.Ordinal));
        Assert.Equal(outcomes.Length > 0, row is not null);
        Assert.All(outcomes, outcome => Assert.Contains($"*{outcome}*", row, StringComparison.Ordinal));
    }

    private static string[] Outcomes(string design, string scenario)
    {
        var cell = new ExploredCell(EraCatalog.Get("6.12"), design, ScenarioCatalog.Find(scenario)!, 2, MemoryModel.Sc);
        var search = new CellSearch(cell);
        search.Run(SearchLimits.None);
        Assert.True(search.IsComplete);
        return [.. search.Outcomes.Select(found => found.Outcome.Name)];
    }

    private static IEnumerable<string> Named(string row) => Code().Matches(
            Page.Split('\n').Single(line => line.StartsWith(row, StringComparison.Ordinal)))
        .Select(match => match.Groups[1].Value).Order();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Code();
}
