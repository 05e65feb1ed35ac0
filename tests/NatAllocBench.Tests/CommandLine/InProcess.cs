namespace NatAllocBench.Tests.CommandLine;

/// <summary>The collection of tests that call the program's entry in this process: they take over the one console.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class InProcess
{
    public const string Name = "the program in this process";
}
