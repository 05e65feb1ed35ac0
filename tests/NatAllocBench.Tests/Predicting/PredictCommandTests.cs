using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Node;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Tracing;

namespace NatAllocBench.Tests.Predicting;

[Collection(InProcess.Name)]
public sealed class PredictCommandTests
{
    [Fact]
    public void The_command_prints_a_row_for_each_machine()
    {
        ProgramRun run = ProgramRun.HereIn(
            RepositoryRoot.Path, "predict", "--cpu-count", "1,2,64", "--rate", "20k,per-cpu:10k", "--eras", "4.14,6.12", "--modes",
                "default", "--window", "300ns");
        Assert.Equal(0, run.ExitCode);
        string[] rows = [.. run.Output.Split('\n').Where(line => line.Contains(" 64 ", StringComparison.Ordinal))];
        Assert.Equal(4, rows.Length);

        // A class whose published cells spread too far says so in place of a figure.
        Assert.All(rows, row => Assert.Matches(" formula($|; )| disabled by --validate", row));
        Assert.Contains(rows, row => row.Contains(" formula", StringComparison.Ordinal));
        Assert.Contains("nothing above 2 CPUs was measured", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bursts_get_a_row_and_occupancy_a_chart()
    {
        using var chart = new TemporaryFile(".svg");
        ProgramRun run = ProgramRun.HereIn(
            RepositoryRoot.Path, "predict", "--cpu-count", "2", "--eras", "4.14,5.10", "--modes", "default", "--arrival", "bursts:10us",
            "--ports", "1024-3023", "--window", "live:900ns", "--rate", "1k", "--occupancy-chart", chart.Path);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("probes p50", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"5\.10 +default .* (checked|formula; not decided: .*|extrapolated|disabled by --validate: .*)\n", run.Output);
        string svg = File.ReadAllText(chart.Path);
        Assert.Contains("share of the ports in use", svg, StringComparison.Ordinal);
        Assert.Contains("5.10 Default, 1k/s, 2 CPUs", svg, StringComparison.Ordinal);
        SvgText.IsDressed(
            svg, "connections that fail, of either cause, over the share of the ports in use", "Computed, not measured",
            "By the race or for lack of ports; window 900 ns");
    }

    [Fact]
    public void A_validation_of_another_version_is_asked_for_again()
    {
        string results = Directory.CreateTempSubdirectory("natab-predict-").FullName;
        try
        {
            string run = Directory.EnumerateDirectories(
                Path.Combine(RepositoryRoot.Path, "results"), "*-quick", SearchOption.AllDirectories).First();
            string copy = Directory.CreateDirectory(Path.Combine(results, "machine", Path.GetFileName(run))).FullName;
            File.Copy(Path.Combine(run, "run.json"), Path.Combine(copy, "run.json"));
            File.WriteAllText(Path.Combine(results, "predict-validation.json"), """{"classes":[]}""");
            ProgramRun refused = ProgramRun.Here("predict", "--results", results, "--window", "1us");
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("write it again with predict --validate", refused.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    [Theory]
    [InlineData("--until", "much")]
    [InlineData("--rate", "much")]
    [InlineData("--cpu-count", "0")]
    [InlineData("--modes", "best")]
    [InlineData("--arrival", "closed")]
    [InlineData("--arrival", "lockstep:10us")]
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
