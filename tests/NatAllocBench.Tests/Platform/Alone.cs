namespace NatAllocBench.Tests.Platform;

/// <summary>The collection of tests that race pinned threads or watch a clock: they must not share the CPUs with other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone on the machine";
}
