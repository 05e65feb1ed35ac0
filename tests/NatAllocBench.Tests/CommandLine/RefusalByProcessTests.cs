namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// Bad input is refused as a process too; <see cref="BadInputTests"/> has every command and all other cases in this process, and
/// tests/hostile-command-lines starts every command with an option that it does not have.
/// </summary>
public sealed class RefusalByProcessTests
{
    [Theory]
    [InlineData("unknown mode", "--modes", "rando")]
    [InlineData("'nonsense'", "nonsense")]
    [InlineData("empty name", "show", "")]
    [InlineData("two runs", "compare", "x")]
    [InlineData("schedule 'x'", "explore", "--replay", "x")]
    public void What_a_command_refuses_is_named(string named, params string[] args)
    {
        ProgramRun run = ProgramRun.Of(args);

        Assert.Equal((2, ""), (run.ExitCode, run.Output.Trim()));
        Assert.Contains(named, Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
