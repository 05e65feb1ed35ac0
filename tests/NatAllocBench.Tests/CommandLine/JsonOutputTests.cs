using System.CommandLine;
using System.Text.Json.Nodes;
using NatAllocBench.Commands;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Node;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Results;
using NatAllocBench.Tests.Sweeping;
using NatAllocBench.Tests.Tracing;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>With <c>--json</c> every command gives data with names, not its text.</summary>
[Collection(InProcess.Name)]
public sealed class JsonOutputTests : IDisposable
{
    private const string OneCell = "--eras 6.12 --designs kernel-locks --scenario keep-port --memory sc";

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

    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private readonly string _run;

    public JsonOutputTests() => _run = new ResultsStore(_directory).Publish(SampleRuns.Race());

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Command lines without <c>--json</c>, and members that their documents have.</summary>
    public static TheoryData<string, string> Samples => new()
    {
        { "scenario --list", "name,summary" },
        { "dump --connections 12 --eras 4.14", "era,entries,cpus" },
        { $"explore {OneCell} --connections 2 --replay sc2:0*400.1*400", "schedule,outcome,isExact,steps" },
        { "explore --list", "scenarios,designs,geometries,mutants" },
        { "explore --bug claim-second-unchecked", "mutants" },
        { "verify --vectors {vectors} --designs kernel-locks", "passed,failed,skipped" },
        { "eras --kernel 6.12.10", "kernel,era" },
        { "allocators", "name" },
        { "plan --rate 1k --table 1M --addresses 4 --mode random-fully", "rows,target" },
        { "predict --cpu-count 2 --eras 4.14 --modes default --rate 1k --window 300ns --results {published}", "costs,rows" },
        { "diagnose --before {busy}/before --after {busy}/after --interval 60s", "hasFinding" },
        { "replay {log} --era 6.12 --seeds 2", "rows" },
        { "trace overhead --seconds 0.1", "rounds,ways" },
        { "show {run}", "cells,machine" },
        { "completion zsh", "shell,script,install" },
        { "validate {run}", "passed,failed,runs" },
        { "compare {run} {run}", "tables" },
        { "matrix {run}", "tables" },
        { "publish {results}", "published,written,pages" },
        { "publish {results} --check", "stale,pages" },
        { "export {run} --format openmetrics", "format,metrics" },
        { "export {run} --format smaller-is-better", "format,document" },
        { "export {run} --format csv --out {results}", "format,files" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_document_of_a_command_has_named_members(string commandLine, string members)
    {
        ProgramRun run = ProgramRun.Here([.. Words(commandLine), "--json"]);

        Assert.True(run.ExitCode is 0 or 1, run.Error);
        JsonNode document = JsonNode.Parse(run.Output)!;
        JsonObject named = (document is JsonArray rows ? rows[0] : document)!.AsObject();
        Assert.All(members.Split(','), member => Assert.True(named.ContainsKey(member), $"no {member}: {run.Output}"));
        Assert.DoesNotContain(named, member => member.Key is "lines" && named.Count <= 2);
    }

    [Fact]
    public void Every_command_has_the_option_and_a_test_of_its_document()
    {
        string[] commands = [.. Leaves(CommandTree.For(["--help"]), "")];
        string[] tried = [.. Samples.Select(sample => (string)sample[0]).Select(Name), .. ReadElsewhere.Keys];

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
        File.WriteAllText(Path.Combine(_run, "foreign.txt"), "x");

        JsonNode checkedRuns = Json("validate {run}");

        Assert.Equal((0, 1), ((int)checkedRuns["passed"]!, (int)checkedRuns["failed"]!));
        JsonNode run = Assert.Single(checkedRuns["runs"]!.AsArray())!;
        Assert.Equal(_run, (string?)run["path"]);
        Assert.Contains("foreign.txt", (string?)Assert.Single(run["faults"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Publish_names_what_it_wrote_and_what_is_stale()
    {
        Assert.Contains("stale", (string?)Json("publish {results} --check")["stale"]![0], StringComparison.Ordinal);
        IEnumerable<string?> written = Json("publish {results}")["written"]!.AsArray().Select(file => (string?)file);
        Assert.Contains(Path.Combine(_directory, "README.md"), written);
        Assert.Empty(Json("publish {results} --check")["stale"]!.AsArray());
    }

    [Fact]
    public void Exported_metrics_have_the_values_of_the_text()
    {
        string text = ProgramRun.Here(Words("export {run} --format openmetrics")).Output;
        JsonArray metrics = Json("export {run} --format openmetrics")["metrics"]!.AsArray();

        Assert.Equal(
            text.Split('\n').Count(line => line.StartsWith("nat_alloc_", StringComparison.Ordinal)),
            metrics.Sum(metric => metric!["samples"]!.AsArray().Count));
        Assert.All(metrics, metric => Assert.Contains((string)metric!["name"]!, text, StringComparison.Ordinal));
    }

    private JsonNode Json(string commandLine) => JsonNode.Parse(ProgramRun.Here([.. Words(commandLine), "--json"]).Output)!;

    private string[] Words(string commandLine)
    {
        string vectors = Path.Combine(_directory, "vectors");
        Directory.CreateDirectory(vectors);
        File.WriteAllText(Path.Combine(vectors, "reciprocal_scale.jsonl"), "{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0}\n");
        return
        [
            .. commandLine.Split(' ').Select(word => word
                .Replace("{run}", _run, StringComparison.Ordinal)
                .Replace("{results}", _directory, StringComparison.Ordinal)
                .Replace("{published}", Path.Combine(RepositoryRoot.Path, "results"), StringComparison.Ordinal)
                .Replace("{vectors}", vectors, StringComparison.Ordinal)
                .Replace("{busy}", Sample.Path("busy"), StringComparison.Ordinal)
                .Replace("{log}", Sample.Path("ev.txt"), StringComparison.Ordinal)),
        ];
    }

    private static string Name(string commandLine)
    {
        string[] words = commandLine.Split(' ');
        return words[0] == "trace" ? $"trace {words[1]}" : words[0];
    }

    private static IEnumerable<string> Leaves(Command command, string before) => command.Subcommands.SelectMany(each =>
        (string[])[before + each.Name, .. Leaves(each, $"{before}{each.Name} ")]);
}
