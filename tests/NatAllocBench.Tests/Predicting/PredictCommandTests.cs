using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Predicting;

[Collection(InProcess.Name)]
public sealed class PredictCommandTests
{
    [Fact]
    public void The_command_prints_a_row_for_each_machine()
    {
        ProgramRun run = ProgramRun.HereIn(
            RepositoryRoot.Path, "predict", "--cpus", "1,2,64", "--rate", "20k,per-cpu:10k", "--eras", "4.14,6.12", "--modes",
                "default");
        Assert.Equal(0, run.ExitCode);
        string[] rows = [.. run.Output.Split('\n').Where(line => line.Contains(" 64 ", StringComparison.Ordinal))];
        Assert.Equal(4, rows.Length);

        // A class whose published cells spread too far says so in place of a figure.
        Assert.All(rows, row => Assert.Matches(" formula$| disabled by --validate", row));
        Assert.Contains(rows, row => row.EndsWith(" formula", StringComparison.Ordinal));
        Assert.Contains("nothing above 2 CPUs was measured", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--until", "much")]
    [InlineData("--rate", "much")]
    [InlineData("--cpus", "0")]
    [InlineData("--modes", "best")]
    [InlineData("--arrival", "closed")]
    [InlineData("--window", "5x")]
    [InlineData("--from", "nothing")]
    public void Predict_refuses_what_it_does_not_know_in_one_line(string option, string value)
    {
        ProgramRun run = ProgramRun.HereIn(RepositoryRoot.Path, "predict", option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(option, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
