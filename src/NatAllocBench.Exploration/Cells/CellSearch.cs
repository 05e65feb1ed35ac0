using System.Collections.Concurrent;
using System.Diagnostics;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>The search of a cell, geometry by geometry.</summary>
internal sealed class CellSearch
{
    private const int LargestBound = 10;

    /// <summary>A search that has not begun.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="create">
    /// Makes the strategy, told whether it may give up what comes to a known state; null for dynamic partial-order reduction.
    /// </param>
    /// <param name="fault">A step of the protocol to leave out, or null.</param>
    /// <param name="draws">Different first offsets, or 0 for those of the scenario.</param>
    public CellSearch(ExploredCell cell, Func<bool, IStrategy>? create = null, ProtocolStep? fault = null, int draws = 0)
    {
        Cell = cell;
        create ??= knowsStates => new DynamicReduction(knowsStates);
        Geometries = [.. cell.Geometries.Select(geometry => new GeometrySearch(
            geometry, () => cell.CreateProgram(geometry, fault, draws), cell.Model, new SearchState(() => create(cell.KnowsStates))))];
    }

    public ExploredCell Cell { get; }

    public IReadOnlyList<GeometrySearch> Geometries { get; }

    /// <summary>Results so far, one for each geometry that was begun.</summary>
    public IReadOnlyList<(Geometry Geometry, SearchResult Result)> Results =>
        [.. Geometries.Where(search => search.Result.Accesses.Length > 0).Select(search => (search.Geometry, search.Result))];

    /// <summary>Whether every geometry was searched to its end.</summary>
    public bool IsComplete => Geometries.All(search => search.Result.IsComplete);

    public bool HasViolation => Found.Any(found => found.Result.HasViolation);

    public long Executions => Geometries.Sum(search => search.Result.Executions);

    public long Blocked => Geometries.Sum(search => search.Result.Blocked);

    /// <summary>About how many seconds it still takes; infinite where nobody knows.</summary>
    public double SecondsLeft => Geometries.Sum(search => search.SecondsLeft);

    public TimeSpan Elapsed => TimeSpan.FromTicks(Geometries.Sum(search => search.Result.Elapsed.Ticks));

    /// <summary>
    /// For a cell that is not complete: every order with at most so many preemptions was run; -1 if not even those without.
    /// </summary>
    public int CompletedBound =>
        Geometries.Where(search => search.State.IsOpen).Select(search => search.CompletedBound).DefaultIfEmpty(-1).Min();

    /// <summary>Outcomes of all geometries; the witness is the one with the minimum number of preemptions.</summary>
    public IReadOnlyList<(OutcomeTally Outcome, Geometry Geometry)> Outcomes => [..
        Found.SelectMany(found => found.Result.Outcomes.Values.Select(outcome => (Outcome: outcome, found.Geometry, found.Counts)))
            .GroupBy(found => found.Outcome.Name, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(Merge)];

    /// <summary>What the searches found, and what their bounded passes found, whose executions are not counted again.</summary>
    private IEnumerable<(Geometry Geometry, SearchResult Result, bool Counts)> Found =>
        Geometries.Select(search => (search.Geometry, search.Result, true)).Concat(
            from search in Geometries
            where search.BoundedResult is not null
            select (search.Geometry, search.BoundedResult, false));

    /// <summary>Goes on with the geometries that are not complete, with an equal share of the time for each.</summary>
    /// <param name="limits">When to stop.</param>
    /// <param name="workers">
    /// How many geometries at a time; more than one only without a limit of executions, which they would race for.
    /// </param>
    public void Run(SearchLimits limits, int workers = 1)
    {
        if (workers == 1)
        {
            InTurn(limits, () => Executions, (search, share) => search.Continue(
                share with { Executions = search.Result.Executions + share.Executions }));
            return;
        }

        GeometrySearch[] open = [.. Geometries.Where(search => search.State.IsOpen)];
        TimeSpan left = limits.Time * Math.Min(workers, open.Length) / open.Length;
        Parallel.ForEach(
            Partitioner.Create(open, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = workers },
            search => search.Continue(limits with { Time = left }));
    }

    /// <summary>
    /// Runs every order of the geometries that are not complete with 0 preemptions, then with 1, 2 ... as far as the limits allow.
    /// </summary>
    /// <param name="limits">When to stop; the executions count from now.</param>
    public void RunBounded(SearchLimits limits)
    {
        long start = Stopwatch.GetTimestamp();
        long before = 0;
        for (int bound = 0; bound <= LargestBound; bound++)
        {
            int most = bound;
            SearchLimits rest = limits with { Time = limits.Time - Stopwatch.GetElapsedTime(start) };
            InTurn(rest, () => before, (search, share) => before += search.RunBounded(most, share));
            if (Geometries.Any(search => search.State.IsOpen && search.CompletedBound < bound))
            {
                return;
            }
        }
    }

    private void InTurn(SearchLimits limits, Func<long> executions, Action<GeometrySearch, SearchLimits> run)
    {
        long start = Stopwatch.GetTimestamp();
        GeometrySearch[] open = [.. Geometries.Where(search => search.State.IsOpen)];
        for (int i = 0; i < open.Length && !limits.Stop.IsCancellationRequested; i++)
        {
            TimeSpan left = limits.Time == TimeSpan.MaxValue
                ? limits.Time
                : (limits.Time - Stopwatch.GetElapsedTime(start)) / (open.Length - i);
            if (left <= TimeSpan.Zero || limits.Executions <= executions())
            {
                return;
            }

            run(open[i], limits with { Time = left, Executions = limits.Executions - executions() });
            if (limits.StopsAtViolation && HasViolation)
            {
                return;
            }
        }
    }

    private static (OutcomeTally Outcome, Geometry Geometry) Merge(
        IEnumerable<(OutcomeTally Outcome, Geometry Geometry, bool Counts)> found)
    {
        (OutcomeTally best, Geometry geometry, _) = found.MinBy(one => one.Outcome.Preemptions);
        return (new OutcomeTally(best.Name, best.IsViolation)
        {
            Executions = found.Where(one => one.Counts).Sum(one => one.Outcome.Executions),
            FirstAt = best.FirstAt,
            Preemptions = best.Preemptions,
            Witness = best.Witness,
        }, geometry);
    }
}
