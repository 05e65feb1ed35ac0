namespace NatAllocBench.Exploration.Engine;

#pragma warning disable CA1032, CA1064 // A signal between a thread and its execution: nobody else sees it.
/// <summary>Unwinds a thread whose execution is over before its end.</summary>
internal sealed class AbortedException : Exception;
#pragma warning restore CA1032, CA1064
