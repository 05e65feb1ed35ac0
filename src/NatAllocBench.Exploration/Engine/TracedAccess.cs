namespace NatAllocBench.Exploration.Engine;

/// <summary>One access of a recorded execution, or a remark of the program.</summary>
/// <param name="Process">The thread, or the number of threads + the thread whose buffer it left.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Location">Number of the location, or <see cref="Access.Nowhere"/>.</param>
/// <param name="IsShared">Whether another thread can notice.</param>
/// <param name="Text">The remark; empty for an access.</param>
internal readonly record struct TracedAccess(int Process, StepKind Kind, int Location, bool IsShared, string Text)
{
    public bool IsRemark { get; init; }

    /// <summary>Line of the source that makes the access, as <c>File.cs:91</c>; empty without symbols.</summary>
    public string Source { get; init; } = "";
}
