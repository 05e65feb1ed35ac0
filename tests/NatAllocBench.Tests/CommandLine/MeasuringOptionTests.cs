using System.Text.Json.Nodes;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>Options of commands that measure, by process.</summary>
public sealed class MeasuringOptionTests
{
    private const string Short = "--max-trials 1 --connections 40 --seconds 20 --cpus 1 --no-save --uncalibrated --json";
    private const string OneRound =
        "--designs kernel-locks --seconds 20 --rounds 1 --max-rounds 1 --no-save --uncalibrated --json";

    [Theory]
    [InlineData("cpuModel", "machine --json")]
    [InlineData("cells", "race --clients 10 " + Short)]
    [InlineData("cells", "throughput --connections 1k --threads 1 " + OneRound)]
    public void JSON_is_a_document_with_nothing_else_on_standard_output(string member, string commandLine)
    {
        ProgramRun run = ProgramRun.Of(commandLine.Split(' '));

        Assert.True(run.ExitCode is 0 or 1, run.Error);
        Assert.NotNull(JsonNode.Parse(run.Output)![member]);
    }

    [Fact]
    public void Singular_and_plural_names_of_eras_and_modes_are_the_same_option()
    {
        ProgramRun race = ProgramRun.Of([.. "race --era 6.12 --mode random-fully --clients 10".Split(' '), .. Short.Split(' ')]);
        ProgramRun dump = ProgramRun.Of("dump", "--eras", "4.14", "--modes", "default", "--connections", "2");

        Assert.True(race.ExitCode == 0, race.Error);
        Assert.All(
            JsonNode.Parse(race.Output)!["cells"]!.AsArray(),
            cell => Assert.Equal(("6.12", "random-fully"), ((string?)cell!["era"], (string?)cell["mode"])));
        Assert.True(dump.ExitCode == 0, dump.Error);
    }

    [Fact]
    public void Counts_may_end_in_k_or_M()
    {
        ProgramRun run = ProgramRun.Of(
            ("race --era 6.12 --mode default --max-trials 1 --seconds 5 --cpus 1 --no-save --uncalibrated --json "
                + "--connections 0.2k --clients 0.1k").Split(' '));

        Assert.True(run.ExitCode == 0, run.Error);
        JsonNode record = JsonNode.Parse(run.Output)!;
        Assert.Equal("200", (string?)record["options"]!["connections"]);
        Assert.All(record["cells"]!.AsArray(), cell => Assert.Equal(100, (int)cell!["clients"]!));
    }

    [Fact]
    public void Throughput_on_one_CPU_runs_one_thread()
    {
        ProgramRun run = ProgramRun.Of($"throughput --connections 100 --cpus 1 {OneRound}".Split(' '));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([1], JsonNode.Parse(run.Output)!["cells"]!.AsArray().Select(cell => (int)cell!["threads"]!));
    }
}
