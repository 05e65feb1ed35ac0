namespace NatAllocBench.Exploration.Engine;

/// <summary>One access of a recorded execution, or a remark of the program.</summary>
/// <param name="Process">The thread, or the number of threads + the thread whose buffer it left.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Location">Number of the location, or <see cref="Access.Nowhere"/>.</param>
/// <param name="IsShared">Whether another thread can notice.</param>
/// <param name="Site">File and line, or the remark.</param>
internal readonly record struct TracedAccess(int Process, StepKind Kind, int Location, bool IsShared, string Site)
{
    public bool IsRemark { get; init; }
}
