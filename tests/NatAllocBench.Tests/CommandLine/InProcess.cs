namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// The collection of tests that call the program's entry in this process again and again: one of them waits for another in any case (see
/// <see cref="ProgramRun.Here"/>), and in one collection they do not take the turns of other tests meanwhile.
/// </summary>
[CollectionDefinition(Name)]
public static class InProcess
{
    public const string Name = "the program in this process";
}
