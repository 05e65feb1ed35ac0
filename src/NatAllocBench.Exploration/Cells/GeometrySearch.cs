using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;

namespace NatAllocBench.Exploration.Cells;

/// <summary>The search of one geometry of a cell; it can be left and continued.</summary>
/// <param name="geometry">The geometry.</param>
/// <param name="createProgram">Makes its program.</param>
/// <param name="model">The memory model.</param>
/// <param name="state">Where the search begins.</param>
internal sealed class GeometrySearch(Geometry geometry, Func<IProgram> createProgram, MemoryModel model, SearchState state)
{
    public Geometry Geometry => geometry;

    public SearchState State => state;

    public SearchResult Result => state.Result;

    /// <summary>What the bounded pass found, if the search itself did not end.</summary>
    public SearchResult? BoundedResult { get; private set; }

    /// <summary>Every order with at most so many preemptions was run; -1 if not even those without.</summary>
    public int CompletedBound { get; private set; } = -1;

    /// <summary>About how many seconds it still takes; infinite where nobody knows.</summary>
    public double SecondsLeft => !state.IsOpen ? 0
        : state.Strategy is { Progress: > 0 and var done } ? Result.Elapsed.TotalSeconds * (1 - done) / done
        : double.PositiveInfinity;

    /// <summary>Goes on with the search.</summary>
    /// <param name="limits">When to stop.</param>
    public void Continue(SearchLimits limits) => With(state, explorer => explorer.Continue(state, limits));

    /// <summary>Runs every order with a number of preemptions at most.</summary>
    /// <param name="bound">The number.</param>
    /// <param name="limits">When to stop.</param>
    /// <returns>How many executions that took.</returns>
    public long RunBounded(int bound, SearchLimits limits)
    {
        var pass = new SearchState(() => new BoundedSearch(bound)) { Locations = state.Locations };
        With(pass, explorer => explorer.Continue(pass, limits));
        BoundedResult = pass.Result;
        CompletedBound = pass.Result.IsComplete ? bound : CompletedBound;
        return pass.Result.Executions;
    }

    private void With(SearchState search, Action<Explorer> run)
    {
        IProgram program = createProgram();
        using var disposable = (IDisposable)program;
        using var explorer = new Explorer(program, model, search.Locations);
        run(explorer);
    }
}
