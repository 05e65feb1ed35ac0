using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>A table that leaves a step out is noticed, and the schedule that shows it can be repeated.</summary>
public class MutantTests
{
    /// <summary>A hunt ends with what it finds, within a second: the limit is for a machine that is busy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static TheoryData<string> Names => [.. Mutant.All.Select(mutant => mutant.Name)];

    /// <summary>A probe that sees what will be withdrawn breaks no rule about the end; the order of calls shows it.</summary>
    [Fact]
    public void One_mutant_is_noticed_by_the_order_of_calls_alone()
    {
        Mutant mutant = Mutant.Find("probe-sees-claims")!;
        CellSearch search = mutant.Hunt(Patience, CancellationToken.None);
        Assert.StartsWith(
            "not linearizable", Assert.Single(search.Outcomes, found => found.Outcome.IsViolation).Outcome.Name, StringComparison.Ordinal);
        foreach (string scenario in new[] { "keep-port", "search", "last-port", "reverse", "kill", "lookup" })
        {
            var elsewhere = new CellSearch(mutant.Cell with { Scenario = ScenarioCatalog.Find(scenario)! }, fault: mutant.LeftOut);
            elsewhere.Run(SearchLimits.None);
            Assert.False(elsewhere.HasViolation, scenario);
        }
    }

    [Fact]
    public void A_claim_may_be_withdrawn_after_its_slot_is_freed()
    {
        CellSearch search = Mutant.Equivalent.Hunt(TimeSpan.MaxValue, CancellationToken.None);
        Assert.True(search.IsComplete);
        Assert.False(search.HasViolation);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_mutant_is_found_and_its_witness_repeats_a_hundred_times(string name)
    {
        Mutant mutant = Mutant.Find(name)!;
        CellSearch search = mutant.Hunt(Patience, CancellationToken.None);
        (OutcomeTally outcome, var geometry) = Assert.Single(search.Outcomes, found => found.Outcome.IsViolation);
        IProgram program = mutant.Cell.CreateProgram(geometry, mutant.LeftOut);
        using var disposable = (IDisposable)program;
        using var explorer = new Explorer(program, mutant.Model);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(outcome.Name, explorer.Replay(outcome.Witness!, out bool isExact, records: false).Violation);
            Assert.True(isExact);
        }
    }
}
