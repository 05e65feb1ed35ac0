using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Search;

/// <summary>What came of the search.</summary>
internal sealed class SearchResult
{
    /// <summary>Whether every execution that the strategy stands for was run.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Executions, those given up as equivalent to another one included.</summary>
    public long Executions { get; set; }

    /// <summary>Executions given up as equivalent to another one.</summary>
    public long Blocked { get; set; }

    /// <summary>Time of the search.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Locations that more than one thread touches, one of them with a store.</summary>
    public int SharedLocations { get; set; }

    /// <summary>Accesses of each thread when they run one after the other.</summary>
    public int[] Accesses { get; set; } = [];

    /// <summary>Outcomes and violations by name.</summary>
    public SortedDictionary<string, OutcomeTally> Outcomes { get; } = new(StringComparer.Ordinal);

    public bool HasViolation => Outcomes.Values.Any(outcome => outcome.IsViolation);

    internal void Count(in ExecutionResult execution, MemoryModel model, int threads)
    {
        Executions++;
        if (execution.IsAbandoned)
        {
            Blocked++;
            return;
        }

        string name = execution.Violation ?? execution.Outcome!;
        if (!Outcomes.TryGetValue(name, out OutcomeTally? tally))
        {
            Outcomes.Add(name, tally = new OutcomeTally(name, execution.Violation is not null) { FirstAt = Executions });
        }

        tally.Executions++;
        if (execution.Preemptions < tally.Preemptions)
        {
            tally.Preemptions = execution.Preemptions;
            tally.Witness = new Schedule(model, threads, [.. execution.Trace]);
        }
    }
}
