using System.Diagnostics;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>The search of a cell, geometry by geometry.</summary>
/// <param name="cell">The cell.</param>
/// <param name="fault">A step of the protocol to leave out, or null.</param>
/// <param name="draws">Different first offsets, or 0 for those of the scenario.</param>
internal sealed class CellSearch(ExploredCell cell, ProtocolStep? fault = null, int draws = 0)
{
    /// <summary>Results so far, one for each geometry that was begun.</summary>
    public List<(Geometry Geometry, SearchResult Result)> Results { get; } = [];

    public ExploredCell Cell => cell;

    /// <summary>Whether every geometry was searched to its end.</summary>
    public bool IsComplete => Results.Count == cell.Geometries.Count && Results.TrueForAll(result => result.Result.IsComplete);

    public bool HasViolation => Results.Exists(result => result.Result.HasViolation);

    public long Executions => Results.Sum(result => result.Result.Executions);

    public long Blocked => Results.Sum(result => result.Result.Blocked);

    public TimeSpan Elapsed => TimeSpan.FromTicks(Results.Sum(result => result.Result.Elapsed.Ticks));

    /// <summary>Outcomes of all geometries; the witness is the one with the minimum number of preemptions.</summary>
    public IReadOnlyList<(OutcomeTally Outcome, Geometry Geometry)> Outcomes => [..
        Results.SelectMany(result => result.Result.Outcomes.Values.Select(outcome => (Outcome: outcome, result.Geometry)))
            .GroupBy(found => found.Outcome.Name, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(Merge)];

    /// <summary>Searches the geometries that are not complete, with an equal share of the time for each.</summary>
    /// <param name="create">Makes the strategy.</param>
    /// <param name="limits">When to stop.</param>
    public void Run(Func<IStrategy> create, SearchLimits limits)
    {
        long start = Stopwatch.GetTimestamp();
        Results.Clear();
        for (int i = 0; i < cell.Geometries.Count && !limits.Stop.IsCancellationRequested; i++)
        {
            TimeSpan left = limits.Time == TimeSpan.MaxValue
                ? limits.Time
                : (limits.Time - Stopwatch.GetElapsedTime(start)) / (cell.Geometries.Count - i);
            if (left <= TimeSpan.Zero || limits.Executions <= Executions)
            {
                return;
            }

            Geometry geometry = cell.Geometries[i];
            IProgram program = cell.CreateProgram(geometry, fault, draws);
            using var disposable = (IDisposable)program;
            using var explorer = new Explorer(program, cell.Model);
            Results.Add((geometry, explorer.Search(create, limits with { Time = left, Executions = limits.Executions - Executions })));
            if (limits.StopsAtViolation && HasViolation)
            {
                return;
            }
        }
    }

    /// <summary>Searches by dynamic partial-order reduction.</summary>
    public void Run(SearchLimits limits) => Run(() => new DynamicReduction(), limits);

    private static (OutcomeTally Outcome, Geometry Geometry) Merge(IEnumerable<(OutcomeTally Outcome, Geometry Geometry)> found)
    {
        (OutcomeTally best, Geometry geometry) = found.MinBy(one => one.Outcome.Preemptions);
        return (new OutcomeTally(best.Name, best.IsViolation)
        {
            Executions = found.Sum(one => one.Outcome.Executions),
            FirstAt = best.FirstAt,
            Preemptions = best.Preemptions,
            Witness = best.Witness,
        }, geometry);
    }
}
