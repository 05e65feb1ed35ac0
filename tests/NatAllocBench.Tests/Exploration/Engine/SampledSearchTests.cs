using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;

namespace NatAllocBench.Tests.Exploration.Engine;

/// <summary>
/// Strategies that sample: they run as often as they are told, repeat themselves by the seed, and find what two switches show.
/// </summary>
public class SampledSearchTests
{
    public static TheoryData<string> Names => ["random", "pct"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_lost_update_is_found(string name)
    {
        SearchResult result = Search(Programs.TwoAdditions(interlocked: false), name, runs: 200, seed: 1);
        Assert.Equal(["1", "2"], result.Outcomes.Keys);
        Assert.Equal(200, result.Outcomes.Values.Sum(outcome => outcome.Executions));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_update_that_cannot_be_lost_is_not(string name) =>
        Assert.Equal(["2"], Search(Programs.TwoAdditions(interlocked: true), name, runs: 200, seed: 1).Outcomes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void One_seed_gives_one_search_and_another_a_different_one(string name)
    {
        string first = Counts(name, seed: 1);
        Assert.Equal(first, Counts(name, seed: 1));
        Assert.Contains(Enumerable.Range(2, 8), seed => Counts(name, seed) != first);
    }

    private static string Counts(string name, int seed) => string.Join(
        ' ',
        Search(Programs.StoreBuffering(fence: false), name, runs: 50, seed).Outcomes.Values
            .Select(outcome => $"{outcome.Name}: {outcome.Executions} {outcome.FirstAt}"));

    private static SearchResult Search(ToyProgram program, string name, long runs, int seed)
    {
        using var explorer = new Explorer(program, MemoryModel.Sc);
        return explorer.Search(
            () => name == "pct" ? new PrioritySearch(depth: 3, runs, seed) : new RandomSearch(runs, seed), SearchLimits.None);
    }
}
