using NatAllocBench.Tests.Node;

namespace NatAllocBench.Tests.CommandLine;

[Collection(InProcess.Name)]
public sealed class NodeCommandTests
{
    [Fact]
    public void Plan_solves_for_the_rate_and_names_the_first_limit()
    {
        ProgramRun run = ProgramRun.Here(
            "plan", "--era", "4.14", "--cpu-count", "1", "--addresses", "1", "--rate", "100", "--solve", "rate");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("rate: 529.5/s with 1 address(es)", run.Output, StringComparison.Ordinal);
        Assert.Contains("ports at 530/s", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The table ends with the number that was found, though it is no power of two, and so does the exit code.</summary>
    [Fact]
    public void Plan_shows_the_row_of_the_number_of_addresses_that_it_solved()
    {
        string[] plan = ["plan", "--era", "4.14", "--cpu-count", "1", "--rate", "2200", "--table", "10000000", "--solve", "addresses"];
        ProgramRun run = ProgramRun.Here(plan);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("addresses: 5", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^  5 +52,800 ", run.Output);
        Assert.DoesNotMatch("(?m)^  8 ", run.Output);
        Assert.StartsWith("--addresses 2: ", ProgramRun.Here([.. plan, "--addresses", "2"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_misses_its_target_exits_with_1() =>
        Assert.Equal(1, ProgramRun.Here("plan", "--era", "4.14", "--addresses", "1", "--rate", "600").ExitCode);

    [Theory]
    [InlineData("--hold", "3x")]
    [InlineData("--ports", "9-1")]
    [InlineData("--solve", "world")]
    [InlineData("--preset", "none")]
    [InlineData("--mode", "best")]
    public void Plan_refuses_what_it_does_not_know_in_one_line(string option, string value)
    {
        ProgramRun run = ProgramRun.Here("plan", option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(option, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Diagnose_exits_with_1_on_a_finding_and_writes_its_files()
    {
        string directory = Directory.CreateTempSubdirectory("natab-test-").FullName;
        string json = Path.Combine(directory, "a.json");
        ProgramRun run = ProgramRun.Here(
            "diagnose", "--before", Sample.Path("busy/before"), "--after", Sample.Path("busy/after"), "--interval", "60s", "--json", json);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("insert_failed in 60 s: 18", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"hasFinding\": true", File.ReadAllText(json), StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData]
    [InlineData("--interval", "0")]
    public void Two_moments_without_time_between_them_are_refused(params string[] interval)
    {
        ProgramRun run = ProgramRun.Here(
            ["diagnose", "--before", Sample.Path("busy/before"), "--after", Sample.Path("busy/after"), .. interval]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("--before: say with --interval how much time", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Every command that takes paths would else look for a file of that name.</summary>
    [Theory]
    [InlineData("replay")]
    [InlineData("validate")]
    [InlineData("compare")]
    [InlineData("matrix")]
    [InlineData("merge")]
    [InlineData("show")]
    [InlineData("export")]
    [InlineData("trace report")]
    public void A_command_that_takes_paths_refuses_an_option_that_it_does_not_have(string command)
    {
        ProgramRun run = ProgramRun.Here([.. command.Split(' '), "--no-such", "x"]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("--no-such", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void What_comes_after_two_dashes_is_a_path() =>
        Assert.Contains("--files: there is no such file", ProgramRun.Here("diagnose", "--", "--files").Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("nosuch", "there is no such file")]
    [InlineData("--alerts=other", "choose prometheus")]
    [InlineData("--before=x", "needs files")]
    [InlineData("--files", "--files: diagnose has no such option; try --help, or write a file of that name as ./--files")]
    public void Diagnose_refuses_wrong_input_in_one_line(string argument, string says)
    {
        ProgramRun run = ProgramRun.Here("diagnose", argument);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
