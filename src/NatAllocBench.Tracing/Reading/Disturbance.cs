namespace NatAllocBench.Tracing;

/// <summary>Kinds of disturbance.</summary>
public enum DisturbanceKind
{
    /// <summary>A garbage collection.</summary>
    Collection,

    /// <summary>The runtime stopped all managed threads, for a collection, a stack sample or another reason.</summary>
    Suspension,

    /// <summary>A thread waited for a managed lock.</summary>
    Contention,

    /// <summary>The scheduler took the CPU away from a worker.</summary>
    Preemption,
}

/// <summary>What the machine or the runtime did meanwhile.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="FromMs">Begin on the trace's clock, ms.</param>
/// <param name="ToMs">End on the trace's clock, ms.</param>
/// <param name="Cpu">The CPU concerned; null where it concerns all.</param>
/// <param name="Detail">A reason or a count, or empty.</param>
public sealed record Disturbance(DisturbanceKind Kind, double FromMs, double ToMs, int? Cpu, string Detail)
{
    /// <summary>Whether it overlaps a span of the trace.</summary>
    /// <param name="fromMs">Begin, ms.</param>
    /// <param name="toMs">End, ms.</param>
    public bool Overlaps(double fromMs, double toMs) => FromMs <= toMs && ToMs >= fromMs;
}
