namespace NatAllocBench.Exploration.Engine;

/// <summary>Which effects of memory are explored.</summary>
public enum MemoryModel
{
    /// <summary>Sequential consistency: every store is seen at once by all.</summary>
    Sc,

    /// <summary>Store buffers, as on x64: a store is seen by the others some time later, in order.</summary>
    Tso,
}
