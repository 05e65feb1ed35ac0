namespace NatAllocBench.Exploration.Engine;

/// <summary>How an execution ended. The lists are those of the execution: they change with the next one.</summary>
/// <param name="Outcome">Its name; null if it did not come to its end.</param>
/// <param name="Violation">What is wrong, or null.</param>
/// <param name="Preemptions">How often a thread that could go on had to wait for another.</param>
/// <param name="Trace">Who made each access, in order; see <see cref="Schedule"/>.</param>
/// <param name="Accesses">Every access, if the execution was recorded.</param>
internal readonly record struct ExecutionResult(
    string? Outcome, string? Violation, int Preemptions, IReadOnlyList<byte> Trace, IReadOnlyList<TracedAccess> Accesses)
{
    /// <summary>Whether the strategy ended it: it is equivalent to another one.</summary>
    public bool IsAbandoned => Outcome is null && Violation is null;
}
