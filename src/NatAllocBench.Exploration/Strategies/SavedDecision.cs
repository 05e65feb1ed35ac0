namespace NatAllocBench.Exploration.Strategies;

/// <summary>A decision of <see cref="DynamicReduction"/> that a file can hold. Sets of processes have a bit for each.</summary>
/// <param name="Chosen">Process or alternative of the last execution.</param>
/// <param name="Choices">Number of alternatives if this is not about order, otherwise 0.</param>
/// <param name="Backtrack">Processes that must be tried.</param>
/// <param name="Done">Processes that were tried.</param>
/// <param name="Sleep">Processes that need not be tried.</param>
internal readonly record struct SavedDecision(int Chosen, int Choices, uint Backtrack, uint Done, uint Sleep);
