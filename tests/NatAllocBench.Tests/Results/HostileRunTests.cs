using System.Text;
using System.Text.Json.Nodes;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Export;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Reports;

namespace NatAllocBench.Tests.Results;

/// <summary>
/// A stranger's run with any value replaced, or one or two members removed, is refused by the reader or the checks, or rendered in every
/// form; nothing else happens.
/// </summary>
public sealed class HostileRunTests
{
    private static readonly string[] Replacements =
    [
        "null", "true", "0", "-1", "1", "0.5", "7", "65536", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e308",
        "-1e308", "1e-320", "1e999", "\"\"", "\" \"", "\"../../../etc\"",
        "\"\\u0000\\u001b[2J\\ud800\\uffff</text><script>|`[x](y)&amp;]]>\"",
        "\"=cmd()\"", "\"0001-01-01T00:00:00+00:00\"", "\"9999-12-31T23:59:59-14:00\"", "[]", "[null]", "[0]", "[-1]",
        "[9223372036854775807]",
        "[1e308, 1e308, 1e308]", "[[]]", "{}", "{\"a\": null}", "[{}]",
    ];

    private const string Mark = "\"to be replaced\"";

    private static readonly string[] Kinds = ["race", "throughput", "scenario", "kernel-compare", "explore"];

    private int _refused;
    private int _rendered;
    private int _removed;

    [Fact]
    public void No_mutated_run_gets_past_the_checks_and_then_breaks_something()
    {
        foreach (JsonNode sound in Kinds.Select(kind => JsonNode.Parse(RunFormat.Write(Sample(kind)))!))
        {
            string[] paths = [.. Paths(sound, "")];
            foreach (string path in paths)
            {
                string marked = Marked(sound, path);
                foreach (string replacement in Replacements)
                {
                    Try(marked.Replace(Mark, replacement, StringComparison.Ordinal), $"{path} = {replacement}");
                }
            }

            // Each member removed, then each pair: the optional ones of a stranger's run are rarely all there.
            string[] members = [.. paths.Where(path => path.Length > 0)];
            foreach (string first in members)
            {
                Try(Removed(sound, first), $"without {first}");
                _removed++;
                foreach (string second in members.Where(path => string.CompareOrdinal(first, path) < 0 && Parent(path) == Parent(first)))
                {
                    Try(Removed(sound, first, second), $"without {first} and {second}");
                    _removed++;
                }
            }
        }

        Assert.True(
            _refused + _rendered > 10_000 && _rendered > 500 && _removed > 3_000,
            $"{_refused} refused, {_rendered} rendered, {_removed} of them with members removed");
    }

    [Theory]
    [InlineData("race", "argv", "options", "packages", "notes", "preset", "measuredCommit", "dirty")]
    [InlineData("race", "machine/facts", "machine/calibrationNs", "machine/warnings", "machine/coreToCoreNs", "machine/kernel")]
    [InlineData("scenario", "cells/0/parameters", "cells/0/mode", "argv", "notes")]
    [InlineData("scenario", "cells/0/figures")]
    public void A_run_without_its_optional_members_is_read_and_rendered(string kind, params string[] absent)
    {
        JsonNode sound = JsonNode.Parse(RunFormat.Write(Sample(kind)))!;
        byte[] bytes = Encoding.UTF8.GetBytes(Removed(sound, [.. absent.Select(path => "/" + path)]));

        RunRecord run = RunFormat.Read(bytes);

        Assert.NotEmpty(PublishedRun.GeneratedFiles(run)["tables.md"]);
        Assert.Equal(RunFormat.Write(run), RunFormat.Write(RunFormat.Read(RunFormat.Write(run))));
    }

    private void Try(string json, string mutation)
    {
        try
        {
            _ = Use(Encoding.UTF8.GetBytes(json)) ? _rendered++ : _refused++;
        }
        catch (RunFormatException e)
        {
            Assert.DoesNotContain("NatAllocBench.", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", e.Message, StringComparison.Ordinal);
            _refused++;
        }
        catch (Exception e)
        {
            Assert.Fail($"{mutation}: {e}");
        }
    }

    private static string Parent(string path) => path[..path.LastIndexOf('/')];

    private static string Removed(JsonNode sound, params ReadOnlySpan<string> paths)
    {
        JsonNode copy = sound.DeepClone();
        foreach (string path in paths)
        {
            JsonNode? parent = copy;
            foreach (string step in Parent(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                parent = parent is JsonArray list
                    ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]
                    : parent![step];
            }

            string name = path[(path.LastIndexOf('/') + 1)..];
            if (parent is JsonObject o)
            {
                _ = o.Remove(name);
            }
            else
            {
                // The later one of a pair has moved up.
                ((JsonArray)parent!).RemoveAt(((JsonArray)parent).Count - 1);
            }
        }

        return copy.ToJsonString();
    }

    // False when a check refuses it; else every output is made once.
    private static bool Use(byte[] bytes)
    {
        RunRecord run = RunFormat.Read(bytes);
        if (RunValidator.Check(run, DateTimeOffset.UtcNow).Count > 0)
        {
            return false;
        }

        string directory = ResultsStore.DirectoryOf(run);
        Assert.Matches("^[a-z0-9][a-z0-9.-]*/[0-9]{8}-[a-z0-9.-]+$", directory);
        Assert.DoesNotContain("..", directory, StringComparison.Ordinal);
        foreach ((string name, byte[] content) in PublishedRun.GeneratedFiles(run))
        {
            Assert.Matches("^[a-z0-9][a-z0-9.-]*$", name);
            Assert.DoesNotContain("<script", Encoding.UTF8.GetString(content), StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', Encoding.UTF8.GetString(content));
        }

        _ = RunAnswer.Of(run);
        _ = RunWarnings.Of(run);
        _ = MainTables.Of(run);
        _ = CsvExport.Files(run);
        foreach (Func<RunRecord, string> export in (Func<RunRecord, string>[])
            [BenchmarkActionExport.SmallerIsBetter, BenchmarkActionExport.BiggerIsBetter, BenchmarkDotNetExport.Text])
        {
            try
            {
                Assert.NotNull(JsonNode.Parse(export(run)));
            }
            catch (RunFormatException e)
            {
                // Refused in one line: the run has nothing that the format can say.
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        if (run is RunRecord<RaceCell> or RunRecord<ThroughputCell>)
        {
            Assert.EndsWith("# EOF\n", OpenMetricsExport.Text(run), StringComparison.Ordinal);
            _ = RunComparison.Compare(run, run, new ComparisonOptions());
        }

        _ = RunFormat.Write(run);
        return true;
    }

    private static RunRecord Sample(string kind) => kind switch
    {
        "race" => SampleRuns.Race(
            SampleRuns.Cell("default", [1000, 1000, 1000], [20, 25, 24]) with
            {
                Delayed = [new DelayedShare(1, 0.02, 0.01, 0.03)],
                FailedByClient = [60, 9],
                WindowCurve = [new PercentilePoint(0, 200), new PercentilePoint(50, 310), new PercentilePoint(100, 900)],
                WindowHistogram = TimeHistogram.Of([(200, 10), (310, 20), (900, 1)]),
                Counters = [new CpuCounters { Found = 5, InsertFailed = 60 }, new CpuCounters { Found = 5, InsertFailed = 9 }],
                PredictedRate = 0.02,
                Dropped =
                    new DroppedTrials { NotTogether = 1, OtherPlacement = 0, Attempts = [1000], InsertFailed = [3], Overlap = Overlap(1) },
                PerTrial = SampleRuns.Cell("default", [1000, 1000, 1000], [20, 25, 24]).PerTrial! with
                {
                    Overlap = Overlap(3),
                    Process = [0, 0, 1],
                    Seeds = [1, 2, 3],
                },
            },
            SampleRuns.Cell("random", [1000, 1000, 1000], [2, 1, 0]),
            SampleRuns.Cell("default", [1000, 1000, 1000], [30, 35, 34]) with { Clients = 20 }),
        "throughput" => SampleRuns.Throughput(
            SampleRuns.Design("lock-free", 1e6, 2e6, 3e6, 3.5e6), SampleRuns.Design("lock-free", 1e6, 2e6, 3e6, 3.5e6) with { Threads = 1 },
            WithReference(SampleRuns.Design("batched", 1e6, 2e6, 3e6, 3.5e6))),
        "scenario" => ScenarioRunTests.Run(ScenarioRunTests.Sound),
        "explore" => SampleRuns.Exploration(SampleRuns.Explored),
        _ => ComparisonCellTests.Run(ComparisonCellTests.Sound),
    };

    private static TrialOverlaps Overlap(int trials) => new()
    {
        Share = Repeat(0.99, trials),
        LateNs = Repeat(50, trials),
        ClockGaps = [.. Enumerable.Repeat(1L, trials)],
        LongestGapNs = Repeat(900, trials),
        InvoluntarySwitches = [.. Enumerable.Repeat(0L, trials)],
        SpeedRatio = Repeat(0.9, trials),
        PingPongNs = Repeat(125, trials),
        ReferenceNs = Repeat(6000, trials),
        StolenShare = Repeat(0.01, trials),
        Rounds = [.. Enumerable.Repeat(100L, trials)],
        DroppedRounds = [.. Enumerable.Repeat(2L, trials)],
        LeftOutAttempts = [.. Enumerable.Repeat(80L, trials)],
        LeftOutInsertFailed = [.. Enumerable.Repeat(1L, trials)],
    };

    private static double[] Repeat(double value, int trials) => [.. Enumerable.Repeat(value, trials)];

    private static ThroughputCell WithReference(ThroughputCell cell) => (cell with
    {
        PerRound = cell.PerRound! with
        {
            ReferenceNs = [6000, 6010, 6020, 6000],
            StolenShare = [0, 0, 0.01, 0],
            PingPongNs = [125, 125, 126, 125],
        },
    }).Summarised();

    private static IEnumerable<string> Paths(JsonNode? node, string path) => node switch
    {
        JsonObject o => o.SelectMany(p => Paths(p.Value, $"{path}/{p.Key}")).Append(path),
        JsonArray a => a.Take(2).SelectMany((value, i) => Paths(value, $"{path}/{i}")).Append(path),
        _ => [path],
    };

    // The replacement goes into the text, since it need not be JSON that can be parsed.
    private static string Marked(JsonNode sound, string path)
    {
        JsonNode root = sound.DeepClone();
        string[] steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (steps.Length == 0)
        {
            return Mark;
        }

        JsonNode parent = steps[..^1].Aggregate(root, (node, step) => node is JsonArray ? node[int.Parse(step, null)]! : node[step]!);
        JsonNode value = Mark[1..^1];
        if (parent is JsonArray array)
        {
            array[int.Parse(steps[^1], null)] = value;
        }
        else
        {
            parent[steps[^1]] = value;
        }

        return root.ToJsonString();
    }
}
