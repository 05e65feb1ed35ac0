namespace NatAllocBench.Tests.CommandLine;

/// <summary>The exit codes of <c>explore</c> as a process.</summary>
public class ExploreExitCodeTests
{
    private const string OneCell = "explore --eras 6.12 --designs kernel-locks --scenario keep-port --memory sc --no-save";

    [Theory]
    [InlineData(OneCell, 0)]
    [InlineData("explore --bug claim-second-unchecked --seconds 300", 0)]
    [InlineData("explore --bug no-fence-before-epoch --seconds 0.000001", 1)]
    [InlineData("explore --scenario nonsense", 2)]
    [InlineData(OneCell + " --require-complete --max-executions 1", 3)]
    public void Code_says_how_it_ended(string commandLine, int code)
    {
        ProgramRun run = ProgramRun.Of(commandLine.Split(' '));
        Assert.Equal(code, run.ExitCode);
        Assert.Equal(code == 2, run.Error.Length > 0);
    }
}
