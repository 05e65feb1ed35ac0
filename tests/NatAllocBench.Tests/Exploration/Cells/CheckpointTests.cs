using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>A search that is left, written, read by another and continued comes to the same end as one that was not.</summary>
public class CheckpointTests
{
    [Theory]
    [InlineData("search", MemoryModel.Sc, 7)] // choices of offsets, locations that are shared late
    [InlineData("kill", MemoryModel.Tso, 3)]
    public void A_search_in_pieces_ends_as_one_in_one_piece(string scenario, MemoryModel model, int piece)
    {
        ExploredCell cell = Cell(scenario, model);
        var whole = new CellSearch(cell);
        whole.Run(SearchLimits.None);

        CellSearch part = Continued(cell, file: null);
        int pieces = 0;
        while (!part.IsComplete)
        {
            part.Run(SearchLimits.None with { Executions = part.Executions + piece });
            part = Continued(cell, new Checkpoint([part]).ToBytes());
            Assert.True(++pieces < 1000, "the search does not advance");
        }

        Assert.True(pieces > 10);
        Assert.Equal(Tell(whole), Tell(part));
    }

    /// <summary>
    /// Of three connections the states that were met are not in the file, so there are more executions, with the same outcomes.
    /// </summary>
    [Fact]
    public void A_search_that_knows_states_ends_in_pieces_with_the_same_outcomes()
    {
        ExploredCell cell = Cell("recycle", MemoryModel.Sc) with { Connections = 3 };
        var whole = new CellSearch(cell);
        whole.Run(SearchLimits.None);

        CellSearch part = Continued(cell, file: null);
        while (!part.IsComplete)
        {
            part.Run(SearchLimits.None with { Executions = part.Executions + 100 });
            part = Continued(cell, new Checkpoint([part]).ToBytes());
        }

        Assert.Equal(whole.Outcomes.Select(found => found.Outcome.Name), part.Outcomes.Select(found => found.Outcome.Name));
        Assert.True(part.Executions >= whole.Executions, $"{part.Executions} of {whole.Executions}");
    }

    [Fact]
    public void A_checkpoint_of_other_cells_is_refused()
    {
        byte[] file = new Checkpoint([new CellSearch(Cell("kill", MemoryModel.Sc))]).ToBytes();
        FormatException e = Assert.Throws<FormatException>(() => Checkpoint.Restore(file, [new CellSearch(Cell("kill", MemoryModel.Tso))]));
        Assert.Contains("other cells", e.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Checkpoint.Restore("{"u8, []));
        Assert.Throws<FormatException>(() => Checkpoint.Restore("{}"u8, []));
    }

    [Fact]
    public void What_is_not_complete_gets_a_bounded_pass()
    {
        CellSearch[] searches = [new(Cell("keep-port", MemoryModel.Sc))];
        new ExploreCourse(searches, TimeSpan.FromSeconds(20), executions: 20, isExhaustive: true).Run(CancellationToken.None);
        Assert.False(searches[0].IsComplete);
        Assert.Equal(0, searches[0].CompletedBound); // 2 executions without a preemption, more than 20 with one
        Assert.Contains("every order with at most 0 preemptions was run", ExploreReport.Cell(searches[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_has_begun_says_how_long_it_may_still_take()
    {
        var search = new CellSearch(Cell("kill", MemoryModel.Tso));
        Assert.Equal(double.PositiveInfinity, search.SecondsLeft);
        foreach (GeometrySearch geometry in search.Geometries)
        {
            geometry.Continue(SearchLimits.None with { Executions = 10 });
        }

        Assert.InRange(search.SecondsLeft, double.Epsilon, 1_000_000);
        search.Run(SearchLimits.None);
        Assert.Equal(0, search.SecondsLeft);
    }

    private static CellSearch Continued(ExploredCell cell, byte[]? file)
    {
        var search = new CellSearch(cell);
        if (file is not null)
        {
            Checkpoint.Restore(file, [search]);
        }

        return search;
    }

    private static string Tell(CellSearch search) => string.Join('\n', search.Outcomes.Select(found =>
        $"{found.Outcome.Name}: {found.Outcome.Executions} {found.Outcome.Preemptions} {found.Geometry} {found.Outcome.Witness}"))
        + $" {search.Executions} {search.Blocked}";

    private static ExploredCell Cell(string scenario, MemoryModel model) =>
        new(EraCatalog.Get("6.12"), "kernel-locks", ScenarioCatalog.Find(scenario)!, 2, model);
}
