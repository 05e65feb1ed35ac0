using System.Text.Json;
using NatAllocBench.Commands;
using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>Cells whose executions and outcomes are known.</summary>
public class CellTests
{
    /// <summary>Two connections, stores seen at once, equal draws, first geometry.</summary>
    [Theory]
    [InlineData("6.12", "kernel-locks", "keep-port", 24)]
    [InlineData("6.12", "kernel-locks", "search", 24)]
    [InlineData("6.12", "kernel-locks", "same-flow", 72)]
    [InlineData("6.12", "kernel-locks", "two-destinations", 4)]
    [InlineData("6.12", "lock-free", "keep-port", 112)]
    [InlineData("6.12", "lock-free", "last-port", 112)]
    [InlineData("6.12", "lock-free", "two-destinations", 8)]
    [InlineData("4.14", "kernel-locks", "search", 64)]
    [InlineData("4.14", "kernel-locks", "rover", 32)]
    [InlineData("4.14", "lock-free", "rover", 176)]
    public void The_number_of_executions_is_known(string era, string design, string scenario, long executions)
    {
        SearchResult result = First(era, design, scenario, isReference: true);
        Assert.True(result.IsComplete);
        Assert.Equal(executions, result.Executions);
    }

    /// <summary>
    /// Executions that are given up in a known state lose no outcome. In a resize the table's memory changes as well; two connections of it
    /// show that in less time than three.
    /// </summary>
    [Theory]
    [InlineData("6.12", "recycle", MemoryModel.Sc, 3)]
    [InlineData("6.12", "held", MemoryModel.Tso, 3)]
    [InlineData("4.14", "keep-port", MemoryModel.Sc, 3)]
    [InlineData("6.12", "resize", MemoryModel.Sc, 2)]
    [InlineData("4.14", "resize", MemoryModel.Tso, 2)]
    public void Known_states_leave_the_outcomes_of_every_order(string era, string scenario, MemoryModel model, int connections)
    {
        ExploredCell cell = Cell(era, "kernel-locks", scenario, model) with { Connections = connections };
        Assert.Equal(connections > 2, cell.KnowsStates);
        SearchResult[] results = [.. new[] { false, true }.Select(knowsStates =>
        {
            IProgram program = cell.CreateProgram(Geometry.All[0]);
            using var disposable = (IDisposable)program;
            using var explorer = new Explorer(program, model);
            return explorer.Search(() => new DynamicReduction(knowsStates), SearchLimits.None);
        })];
        Assert.All(results, result => Assert.True(result.IsComplete));
        Assert.Equal(results[0].Outcomes.Keys, results[1].Outcomes.Keys);
        long saved = results[0].Executions - results[1].Executions;
        Assert.True(connections > 2 ? saved > 0 : saved >= 0, $"{results[1].Executions} of {results[0].Executions}");
    }

    [Theory]
    [InlineData("kernel-locks")]
    [InlineData("lock-free")]
    public void Clients_with_one_port_both_keep_it_or_one_searches(string design) => Assert.Equal(
        ["kept, insert_failed + kept, inserted", "kept, inserted + searched, inserted"], First("6.12", design, "keep-port").Outcomes.Keys);

    [Theory]
    [InlineData("4.14")]
    [InlineData("6.12")]
    public void Connections_to_two_destinations_never_meet(string era)
    {
        foreach (string design in ExploredCell.Designs.Where(design =>
            ExploredCell.Exists(EraCatalog.Get(era), design, ScenarioCatalog.Find("two-destinations")!)))
        {
            CellSearch search = Search(era, design, "two-destinations", MemoryModel.Sc);
            Assert.True(search.IsComplete);
            Assert.Equal(
                [design == "batched" ? "inserted + inserted" : "kept, inserted + kept, inserted"],
                search.Outcomes.Select(outcome => outcome.Outcome.Name));
        }
    }

    /// <summary>
    /// Two connections by the short path, each in a block of its own, against the same by the general path with equal draws.
    /// </summary>
    [Theory]
    [InlineData("6.12", "keep-port")]
    [InlineData("6.12", "two-destinations")]
    [InlineData("6.1", "keep-port")]
    [InlineData("5.10", "search")]
    public void The_short_path_has_the_outcomes_of_the_general_one(string era, string scenario)
    {
        string[] general =
            [.. First(era, "lock-free", scenario).Outcomes.Keys.Select(WithoutChoices).Distinct().Order(StringComparer.Ordinal)];
        SearchResult result = First(era, "batched", scenario);
        Assert.True(result.IsComplete);
        Assert.Equal(general, result.Outcomes.Keys);
    }

    /// <summary>Two connections in one block against one on another CPU, against the same three by the general path.</summary>
    [Theory]
    [InlineData("5.0")]
    [InlineData("6.12")]
    public void A_block_of_two_connections_has_the_outcomes_of_the_general_path(string era)
    {
        SearchResult general = First(era, "lock-free", "block");
        SearchResult block = First(era, "batched", "block");
        Assert.True(general.IsComplete && block.IsComplete);
        Assert.Equal(general.Outcomes.Keys.Select(WithoutChoices).Distinct().Order(StringComparer.Ordinal), block.Outcomes.Keys);
    }

    /// <summary>What a scenario starts with and the order of a count change how many executions there are, not how they end.</summary>
    [Theory]
    [InlineData("4.14", "kernel-locks", "rover")]
    [InlineData("6.12", "kernel-locks", "same-flow")]
    [InlineData("6.12", "reserve", "search")]
    [InlineData("6.12", "lock-free", "keep-port")]
    public void A_cell_has_the_outcomes_of_its_reference(string era, string design, string scenario)
    {
        SearchResult reference = First(era, design, scenario, isReference: true);
        SearchResult result = First(era, design, scenario);
        Assert.Equal(reference.Outcomes.Keys, result.Outcomes.Keys);
        Assert.True(2 * result.Executions <= reference.Executions, $"{result.Executions} of {reference.Executions}");
    }

    [Theory]
    [InlineData("kernel-locks", "calls")]
    [InlineData("lock-free", "calls")]
    [InlineData("lock-free", "calls-removed")]
    public void Calls_take_effect_one_at_a_time(string design, string scenario)
    {
        SearchResult result = First("6.12", design, scenario);
        Assert.True(result.IsComplete);
        Assert.False(result.HasViolation);
        Assert.True(result.Outcomes.Count > 1, string.Join("; ", result.Outcomes.Keys));
    }

    private static string WithoutChoices(string outcome) =>
        string.Join(" + ", outcome.Split(" + ").Select(one => one.Split(", ")[1]).Order(StringComparer.Ordinal));

    [Fact]
    public void A_rover_update_can_be_lost_and_that_is_no_violation()
    {
        SearchResult result = First("4.14", "kernel-locks", "rover");
        Assert.Contains(result.Outcomes.Keys, name => name.StartsWith("searched, insert_failed", StringComparison.Ordinal));
        Assert.False(result.HasViolation);
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("5.10")]
    [InlineData("6.1")]
    [InlineData("6.12")]
    [InlineData("6.18")]
    public void Two_designs_have_the_same_outcomes(string era)
    {
        foreach (string scenario in new[] { "keep-port", "last-port" })
        {
            Assert.Equal(First(era, "kernel-locks", scenario).Outcomes.Keys, First(era, "lock-free", scenario).Outcomes.Keys);
        }
    }

    [Fact]
    public void Two_searches_give_the_same_cell_but_for_the_times()
    {
        CellSearch a = Search("6.12", "kernel-locks", "kill", MemoryModel.Tso);
        CellSearch b = Search("6.12", "kernel-locks", "kill", MemoryModel.Tso);
        Assert.Equal(WithoutTimes(a), WithoutTimes(b));
    }

    [Fact]
    public void A_witness_can_be_repeated()
    {
        CellSearch search = Search("6.12", "kernel-locks", "keep-port", MemoryModel.Sc);
        foreach ((OutcomeTally outcome, Geometry geometry) in search.Outcomes)
        {
            var witness = new Witness(search.Cell, geometry);
            string text = witness.ToText(outcome.Witness!);
            Assert.Contains("head of chain", text, StringComparison.Ordinal);
            Assert.Matches(@"head of chain \d+ \(\w+\.cs:\d+\)", text); // where each access is in the source
            Assert.True(witness.IsExact);
            Assert.Equal(outcome.Name, witness.Outcome);
            var picture = System.Xml.Linq.XElement.Parse(witness.ToSvg(outcome.Witness!));
            Assert.Equal(
                text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length,
                picture.Elements().Count(element => element.Name.LocalName == "circle")); // a dot for each step
        }
    }

    private static string WithoutTimes(CellSearch search) => JsonSerializer.Serialize(ExploreRun.Cell(search) with { Seconds = 0 });

    private static ExploredCell Cell(string era, string design, string scenario, MemoryModel model) =>
        new(EraCatalog.Get(era), design, ScenarioCatalog.Find(scenario)!, 2, model);

    private static CellSearch Search(string era, string design, string scenario, MemoryModel model)
    {
        var search = new CellSearch(Cell(era, design, scenario, model));
        search.Run(SearchLimits.None);
        return search;
    }

    private static SearchResult First(string era, string design, string scenario, bool isReference = false)
    {
        ExploredCell cell = Cell(era, design, scenario, MemoryModel.Sc);
        IProgram program = cell.CreateProgram(Geometry.All[0], draws: 1, isReference: isReference);
        using var disposable = (IDisposable)program;
        using var explorer = new Explorer(program, MemoryModel.Sc);
        return explorer.Search(() => new DynamicReduction(), SearchLimits.None);
    }
}
