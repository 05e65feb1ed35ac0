using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Search;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>A table that leaves a step out is noticed, and the schedule that shows it can be repeated.</summary>
public class MutantTests
{
    public static TheoryData<string> Names => [.. Mutant.All.Select(mutant => mutant.Name)];

    [Fact]
    public void A_claim_may_be_withdrawn_after_its_slot_is_freed()
    {
        CellSearch search = Mutant.Equivalent.Hunt(TimeSpan.MaxValue, CancellationToken.None);
        Assert.True(search.IsComplete);
        Assert.False(search.HasViolation);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_mutant_is_found(string name)
    {
        Mutant mutant = Mutant.Find(name)!;
        CellSearch search = mutant.Hunt(TimeSpan.FromSeconds(30), CancellationToken.None);
        (OutcomeTally outcome, var geometry) = Assert.Single(search.Outcomes, found => found.Outcome.IsViolation);
        for (int i = 0; i < 3; i++)
        {
            var witness = new Witness(mutant.Cell, geometry, mutant.LeftOut);
            witness.ToText(outcome.Witness!);
            Assert.Equal(outcome.Name, witness.Outcome);
        }
    }
}
