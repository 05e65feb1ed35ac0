using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Search;

/// <summary>One outcome of a program: how many executions had it and the one with the minimum number of preemptions.</summary>
/// <param name="Name">The outcome, or what is wrong.</param>
/// <param name="IsViolation">Whether no execution may end so.</param>
internal sealed record OutcomeTally(string Name, bool IsViolation)
{
    /// <summary>Executions that ended so. Not a probability.</summary>
    public long Executions { get; set; }

    /// <summary>Number of the first execution that ended so, from 1.</summary>
    public long FirstAt { get; set; }

    /// <summary>Minimum number of preemptions of an execution with this outcome.</summary>
    public int Preemptions { get; set; } = int.MaxValue;

    /// <summary>That execution.</summary>
    public Schedule? Witness { get; set; }
}
