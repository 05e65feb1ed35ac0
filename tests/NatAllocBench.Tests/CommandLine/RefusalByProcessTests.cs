using NatAllocBench.Commands;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>Every command refuses bad input as a process too; <see cref="BadInputTests"/> has the other cases in this process.</summary>
public sealed class RefusalByProcessTests
{
    public static TheoryData<string> Commands => [.. CommandTree.Names];

    [Theory]
    [MemberData(nameof(Commands))]
    public void An_unknown_option_is_one_line_and_exit_code_2(string command)
    {
        ProgramRun run = ProgramRun.Of(command, "--no-such-option");

        Assert.Equal((2, ""), (run.ExitCode, run.Output.Trim()));
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

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
