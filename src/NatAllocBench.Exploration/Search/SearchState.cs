using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Search;

/// <summary>A search that can be left and continued: what was found, which locations are shared, where the strategy is.</summary>
/// <param name="create">Makes the strategy, at the beginning and when a location turns out to be shared.</param>
internal sealed class SearchState(Func<IStrategy> create)
{
    /// <summary>The memory of the program.</summary>
    public LocationMap Locations { get; init; } = new();

    /// <summary>What was found so far.</summary>
    public SearchResult Result { get; set; } = new();

    /// <summary>Where the search is; null before it begins.</summary>
    public IStrategy? Strategy { get; set; }

    /// <summary>Whether there is something left to search.</summary>
    public bool IsOpen => !Result.IsComplete;

    /// <summary>Begins, or begins again with what was learnt about the locations.</summary>
    public void Begin()
    {
        Locations.HasGrown = false;
        Strategy = create();
        Result = new SearchResult { Accesses = Result.Accesses, Elapsed = Result.Elapsed };
    }
}
