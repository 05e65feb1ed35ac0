using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>Every way in which a published race lost a connection is an outcome of the enumeration in the same era.</summary>
public class PublishedRacesTests
{
    [Fact]
    public void Every_cause_of_a_published_failure_has_a_witness()
    {
        IGrouping<string, RaceCell>[] eras = [.. new ResultsStore(Path.Combine(RepositoryRoot.Path, "results")).RunDirectories()
            .Select(RunFormat.ReadFile)
            .OfType<RunRecord<RaceCell>>()
            .SelectMany(run => run.Cells)
            .Where(cell => cell.System == "model")
            .GroupBy(cell => cell.Era)];
        Assert.NotEmpty(eras);
        foreach (IGrouping<string, RaceCell> era in eras)
        {
            string[] possible = Enumerated(era.Key);
            AssertWitness(era.Sum(cell => cell.FailedKeepPort ?? 0), "kept, insert_failed", possible, era.Key);
            AssertWitness(era.Sum(cell => cell.FailedSearch ?? 0), "searched, insert_failed", possible, era.Key);
            AssertWitness(era.Sum(cell => cell.FailedExhausted ?? 0), "exhausted, insert_failed", possible, era.Key);
        }
    }

    private static void AssertWitness(long failures, string outcome, string[] possible, string era) => Assert.True(
        failures == 0 || possible.Any(name => name.Contains(outcome, StringComparison.Ordinal)),
        $"{era}: {failures} published failures are '{outcome}', which no enumerated execution is");

    /// <summary>The outcomes of the race's own situations: one client port, a small range, a range in use.</summary>
    private static string[] Enumerated(string era)
    {
        var names = new List<string>();
        foreach (string scenario in new[] { "keep-port", "search", "exhausted" })
        {
            var cell = new ExploredCell(EraCatalog.Get(era), KernelLocks.Name, ScenarioCatalog.Find(scenario)!, 2, MemoryModel.Sc);
            IProgram program = cell.CreateProgram(Geometry.All[0]);
            using var disposable = (IDisposable)program;
            using var explorer = new Explorer(program, MemoryModel.Sc);
            SearchResult result = explorer.Search(() => new DynamicReduction(), SearchLimits.None);
            Assert.True(result.IsComplete);
            names.AddRange(result.Outcomes.Keys);
        }

        return [.. names];
    }
}
