namespace NatAllocBench.Exploration.Engine;

/// <summary>Sizes that bound an exploration.</summary>
internal static class Limits
{
    /// <summary>Threads of a program.</summary>
    public const int MaxThreads = 8;

    /// <summary>Threads and their store buffers.</summary>
    public const int MaxProcesses = 2 * MaxThreads;

    /// <summary>Accesses of one execution; more mean that it does not end.</summary>
    public const int MaxAccesses = 20_000;

    /// <summary>Waits of one thread in one execution; more are a livelock.</summary>
    public const int MaxWaits = 100;
}
