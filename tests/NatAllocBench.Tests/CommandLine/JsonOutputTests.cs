using System.CommandLine;
using System.Text.Json.Nodes;
using NatAllocBench.Tests.Sweeping;
using NatAllocBench.Tests.Tracing;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>With <c>--json</c> every command gives data with names, not its text.</summary>
[Collection(InProcess.Name)]
public sealed class JsonOutputTests : IDisposable
{
    /// <summary>Commands that measure, or need a recording, and the tests that read their JSON.</summary>
    private static readonly Dictionary<string, string> ReadElsewhere = new()
    {
        ["race"] = nameof(MeasuringOptionTests),
        ["throughput"] = nameof(MeasuringOptionTests),
        ["machine"] = nameof(MeasuringOptionTests),
        ["sweep"] = nameof(SweepCommandTests),
        ["merge"] = nameof(SweepCommandTests),
        ["kernel"] = nameof(KernelCommandTests),
        ["calibrate-compare"] = nameof(CalibrateCompareTests),
        ["contribute"] = nameof(ContributeCommandTests),
        ["trace"] = nameof(TraceRecordingCommandTests),
        ["trace attach"] = nameof(TraceRecordingCommandTests),
        ["trace report"] = nameof(TraceRecordingCommandTests),
        ["trace timeline"] = nameof(TraceRecordingCommandTests),
        ["trace pcap"] = nameof(TraceRecordingCommandTests),
        ["trace perfetto"] = nameof(TraceRecordingCommandTests),
    };

    private readonly SampleCommands _samples = new();

    public void Dispose() => _samples.Dispose();

    [Theory]
    [MemberData(nameof(SampleCommands.Samples), MemberType = typeof(SampleCommands))]
    public void The_document_of_a_command_has_named_members(string commandLine, string members)
    {
        ProgramRun run = ProgramRun.Here([.. _samples.Words(commandLine), "--json"]);

        Assert.True(run.ExitCode is 0 or 1, run.Error);
        JsonNode document = JsonNode.Parse(run.Output)!;
        JsonObject named = (document is JsonArray rows ? rows[0] : document)!.AsObject();
        Assert.All(members.Split(','), member => Assert.True(named.ContainsKey(member), $"no {member}: {run.Output}"));
        Assert.DoesNotContain(named, member => member.Key is "lines" && named.Count <= 2);
    }

    [Fact]
    public void Every_command_has_the_option_and_a_test_of_its_document()
    {
        string[] commands = [.. Leaves(ProgramRun.AllCommands(), "")];
        string[] tried = [.. SampleCommands.Samples.Select(sample => (string)sample[0]).Select(Name), .. ReadElsewhere.Keys];

        Assert.True(commands.Length > 25, $"{commands.Length} commands");
        Assert.Equal(commands.Order(), tried.Distinct().Order());
        Assert.All(
            commands,
            command => Assert.Contains("--json", ProgramRun.Here([.. command.Split(' '), "--help"]).Output, StringComparison.Ordinal));
    }

    [Fact]
    public void A_dump_gives_entries_and_counters_as_data()
    {
        JsonNode dump = Json("dump --connections 12 --eras 4.14");

        JsonObject[] entries = [.. dump["entries"]!.AsArray().Select(entry => entry!.AsObject())];
        Assert.Equal(12, entries.Length);
        Assert.Contains(entries, entry => (string?)entry["protocol"] == "tcp" && (string?)entry["state"] == "ESTABLISHED");
        Assert.All(entries, entry => Assert.NotNull(entry["reply"]!["source"]));
        Assert.Equal(2, dump["cpus"]!.AsArray().Count);
        Assert.True((int)dump["cpus"]!.AsArray().Sum(cpu => (int)cpu!["insert_failed"]!) >= 0);
    }

    [Fact]
    public void Validate_names_each_run_and_its_faults()
    {
        File.WriteAllText(Path.Combine(_samples.Run, "foreign.txt"), "x");

        JsonNode checkedRuns = Json("validate {run}");

        Assert.Equal((0, 1), ((int)checkedRuns["passed"]!, (int)checkedRuns["failed"]!));
        JsonNode run = Assert.Single(checkedRuns["runs"]!.AsArray())!;
        Assert.Equal(_samples.Run, (string?)run["path"]);
        Assert.Contains("foreign.txt", (string?)Assert.Single(run["faults"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Publish_names_what_it_wrote_and_what_is_stale()
    {
        Assert.Contains("stale", (string?)Json("publish {results} --check")["stale"]![0], StringComparison.Ordinal);
        IEnumerable<string?> written = Json("publish {results}")["written"]!.AsArray().Select(file => (string?)file);
        Assert.Contains(Path.Combine(_samples.Results, "README.md"), written);
        Assert.Empty(Json("publish {results} --check")["stale"]!.AsArray());
    }

    [Fact]
    public void Exported_metrics_have_the_values_of_the_text()
    {
        string text = ProgramRun.Here(_samples.Words("export {run} --format openmetrics")).Output;
        JsonArray metrics = Json("export {run} --format openmetrics")["metrics"]!.AsArray();

        Assert.Equal(
            text.Split('\n').Count(line => line.StartsWith("nat_alloc_", StringComparison.Ordinal)),
            metrics.Sum(metric => metric!["samples"]!.AsArray().Count));
        Assert.All(metrics, metric => Assert.Contains((string)metric!["name"]!, text, StringComparison.Ordinal));
    }

    private JsonNode Json(string commandLine) => JsonNode.Parse(ProgramRun.Here([.. _samples.Words(commandLine), "--json"]).Output)!;

    private static string Name(string commandLine)
    {
        string[] words = commandLine.Split(' ');
        return words[0] == "trace" ? $"trace {words[1]}" : words[0];
    }

    private static IEnumerable<string> Leaves(Command command, string before) => command.Subcommands.SelectMany(each =>
        (string[])[before + each.Name, .. Leaves(each, $"{before}{each.Name} ")]);
}
