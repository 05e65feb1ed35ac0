namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// The collection of tests that call the program's entry in this process: they take over the one console and the current directory,
/// and share the options of the commands, so they run one after another. The tests that run beside them use none of these.
/// </summary>
[CollectionDefinition(Name)]
public static class InProcess
{
    public const string Name = "the program in this process";
}
