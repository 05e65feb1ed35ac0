using System.Text.Json.Nodes;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Node;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.CommandLine;

public sealed class OptionTests : IDisposable
{
    private const string Short = "--max-trials 1 --connections 40 --seconds 1 --no-save --json";

    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("passed", "verify --designs kernel-locks --json")]
    [InlineData("cpuModel", "machine --json")]
    [InlineData("rows", "plan --rate 1k --table 1M --addresses 4 --mode random-fully --json")]
    [InlineData("lines", "dump --connections 2 --json")]
    [InlineData("lines", "explore --list --json")]
    [InlineData("cells", "race --clients 10 " + Short)]
    [InlineData("cells", "throughput --designs kernel-locks --connections 1k --threads 1 --seconds 0.1 --rounds 1 --max-rounds 1 --no-save --json")]
    public void JSON_is_a_document_with_nothing_else_on_standard_output(string member, string commandLine)
    {
        ProgramRun run = ProgramRun.Of(commandLine.Split(' '));

        Assert.True(run.ExitCode is 0 or 1, run.Error);
        Assert.NotNull(JsonNode.Parse(run.Output)![member]);
    }

    [Fact]
    public void Every_command_has_JSON()
    {
        string[][] commands =
        [
            .. Commands(ProgramRun.Of("--help").Output).Select(name => (string[])[name]),
            .. Commands(ProgramRun.Of("trace", "--help").Output).Select(name => (string[])["trace", name]),
        ];

        Assert.True(commands.Length > 20, $"{commands.Length} commands");
        Parallel.ForEach(commands, command => Assert.Contains("--json", ProgramRun.Of([.. command, "--help"]).Output, StringComparison.Ordinal));
    }

    [Fact]
    public void The_answer_about_a_node_comes_as_JSON_alone()
    {
        ProgramRun run = ProgramRun.Of(
            "diagnose", "--before", Sample.Path("busy/before"), "--after", Sample.Path("busy/after"), "--interval", "60s", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.True((bool)JsonNode.Parse(run.Output)!["hasFinding"]!);
    }

    [Fact]
    public void The_list_of_scenarios_as_JSON_has_their_names_and_what_they_ask()
    {
        ProgramRun run = ProgramRun.Of("scenario", "--list", "--json");

        JsonArray list = JsonNode.Parse(run.Output)!.AsArray();
        Assert.Contains("chains", list.Select(each => (string?)each!["name"]));
        Assert.All(list, each => Assert.NotEmpty((string?)each!["summary"] ?? ""));
    }

    [Fact]
    public void Validate_and_export_give_their_lines_and_exit_code_as_JSON()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());

        JsonNode valid = JsonNode.Parse(ProgramRun.Of("validate", run, "--json").Output)!;
        JsonNode export = JsonNode.Parse(ProgramRun.Of("export", run, "--format", "openmetrics", "--json").Output)!;

        Assert.Equal("1 passed, 0 failed", (string?)valid["lines"]!.AsArray()[^1]);
        Assert.Equal(0, (int)valid["exitCode"]!);
        Assert.NotEmpty(export["lines"]!.AsArray());
    }

    [Fact]
    public void What_is_refused_leaves_standard_output_empty_with_JSON_too()
    {
        ProgramRun run = ProgramRun.Of("validate", "/nowhere", "--json");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output.Trim());
        Assert.Contains("/nowhere", run.Error, StringComparison.Ordinal);
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
        string[] common = ["race", "--era", "6.12", "--mode", "default", "--max-trials", "1", "--seconds", "5", "--no-save", "--json"];
        ProgramRun run = ProgramRun.Of([.. common, "--connections", "0.2k", "--clients", "0.1k"]);

        Assert.True(run.ExitCode == 0, run.Error);
        JsonNode record = JsonNode.Parse(run.Output)!;
        Assert.Equal("200", (string?)record["options"]!["connections"]);
        Assert.All(record["cells"]!.AsArray(), cell => Assert.Equal(100, (int)cell!["clients"]!));
    }

    [Theory]
    [InlineData("0.0001k")]
    [InlineData("9999999M")]
    [InlineData("k")]
    public void A_count_that_is_no_whole_number_is_refused_in_one_line(string count)
    {
        ProgramRun run = ProgramRun.Of("dump", "--connections", count);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{count}' for option '--connections'", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("throughput --designs kernel-locks --connections 100 --seconds 0.1 --rounds 1 --max-rounds 1")]
    [InlineData("scenario ports")]
    public void The_CPUs_of_a_command_can_be_chosen(string commandLine)
    {
        ProgramRun refused = ProgramRun.Of([.. commandLine.Split(' '), "--no-save", "--cpus", "4000"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--cpus 4000", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Throughput_on_one_CPU_runs_one_thread()
    {
        ProgramRun run = ProgramRun.Of(
            "throughput --designs kernel-locks --connections 100 --seconds 0.1 --rounds 1 --max-rounds 1 --no-save --cpus 1 --json".Split(' '));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([1], JsonNode.Parse(run.Output)!["cells"]!.AsArray().Select(cell => (int)cell!["threads"]!));
    }

    [Theory]
    [InlineData("race", "What to run:", "Traffic:", "Ports and table:", "Time, precision and draws:", "Output:", "Run time: 60 s")]
    [InlineData("throughput", "What to run:", "Traffic:", "Time, precision and draws:", "Output:", "Run time: 60 s")]
    [InlineData("kernel", "Run time: 60 s, with --compare 220 s", "There is no --cpus")]
    [InlineData("plan", "Traffic:", "Run time: at once")]
    public void Help_groups_the_options_and_names_the_run_time(string command, params string[] parts)
    {
        ProgramRun help = ProgramRun.Of(command, "--help");

        Assert.Equal(0, help.ExitCode);
        string text = string.Join(' ', help.Output.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        Assert.All(parts, part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(help.Output.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 100, line));
    }

    /// <summary>The names in the last section of a command's help.</summary>
    private static IEnumerable<string> Commands(string help) => help[(help.IndexOf("\nCommands:", StringComparison.Ordinal) + 1)..]
        .Split('\n').Skip(1).Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
        .Select(line => line.Trim().Split(' ')[0]);
}
