using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using Perfolizer.Mathematics.Common;
using Pragmastat;

namespace NatAllocBench.Reports.Export;

/// <summary>
/// A throughput run in the form of BenchmarkDotNet's full JSON, so that ResultsComparer and the tool <c>benchmarkdotnet</c> of
/// github-action-benchmark read it: a cell is a benchmark, a kept round an iteration, a connection an operation, a process a launch.
/// </summary>
/// <remarks>
/// Times are nanoseconds per connection. The median is that of the other tables (Harrell and Davis), so it may differ from the middle
/// value. A member of the form that this program does not measure is left out, never 0.
/// </remarks>
public static class BenchmarkDotNetExport
{
    private const string Type = "NatAllocBench.Throughput";
    private const double NanosecondsPerSecond = 1e9;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The run as a document of BenchmarkDotNet's full form.</summary>
    /// <param name="run">A throughput run.</param>
    /// <returns>JSON text.</returns>
    /// <exception cref="RunFormatException">Another run, or one without kept rounds.</exception>
    public static string Text(RunRecord run)
    {
        ThroughputCell[] cells = run is RunRecord<ThroughputCell> throughput
            ? [.. throughput.Cells.Where(c => c.PerRound is { ConnectionsPerSecond.Count: > 0 })]
            : throw new RunFormatException(
                $"a {run.Command} run has no rounds to show as benchmarks; benchmarkdotnet is a format of throughput runs");
        if (cells.Length == 0)
        {
            throw new RunFormatException("the run has no kept rounds to show as benchmarks; export it as csv");
        }

        Provenance from = Provenance.Of(run);
        JsonObject document = new()
        {
            ["Title"] = $"{Type}-{from.StartedUtc.UtcDateTime:yyyyMMdd-HHmmss}",
            ["HostEnvironmentInfo"] = Host(run, from),
            ["Benchmarks"] = new JsonArray([.. cells.Select(Benchmark)]),
        };
        return document.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Host(RunRecord run, Provenance from) => new()
    {
        ["BenchmarkDotNetCaption"] = "NatAllocBench",
        ["OsVersion"] = run.Machine.OsDescription ?? run.Machine.Os,
        ["ProcessorName"] = run.Machine.CpuModel,
        ["LogicalCoreCount"] = run.Machine.Cores,
        ["RuntimeVersion"] = run.Machine.Runtime,
        ["Architecture"] = run.Machine.Arch,
        ["Configuration"] = "RELEASE",
        ["Machine"] = from.Machine,
        ["Run"] = from.Run,
        ["Commit"] = from.Commit,
        ["StartedUtc"] = from.Date,
    };

    private static JsonObject Benchmark(ThroughputCell cell)
    {
        string key = Provenance.Key(Workload.Of(cell));
        string method = cell.Design;
        double[] times = [.. cell.PerRound!.ConnectionsPerSecond.Select(speed => NanosecondsPerSecond / speed)];
        return new JsonObject
        {
            ["DisplayInfo"] = $"{Type}.{method}: {key}",
            ["Namespace"] = "NatAllocBench",
            ["Type"] = "Throughput",
            ["Method"] = method,
            ["MethodTitle"] = method,
            ["Parameters"] = key,
            ["FullName"] = $"{Type}({key})",
            ["Statistics"] = Statistics(times),
            ["Measurements"] = new JsonArray([.. times.Select((time, i) => Measurement(cell, time, i))]),
        };
    }

    private static JsonObject Statistics(double[] times)
    {
        double[] sorted = [.. times.Order()];
        Moments moments = Moments.Create(new Sample(sorted));
        JsonObject statistics = new()
        {
            ["OriginalValues"] = new JsonArray([.. times.Select(time => (JsonNode)time)]),
            ["N"] = sorted.Length,
            ["Min"] = sorted[0],
            ["Median"] = SampleStatistics.Instance.Median(sorted).Value,
            ["Mean"] = moments.Mean,
            ["Max"] = sorted[^1],
        };
        if (sorted.Length > 1)
        {
            statistics["StandardError"] = moments.StandardDeviation / Math.Sqrt(sorted.Length);
            statistics["Variance"] = moments.Variance;
            statistics["StandardDeviation"] = moments.StandardDeviation;
        }

        return statistics;
    }

    private static JsonObject Measurement(ThroughputCell cell, double nanoseconds, int round) => new()
    {
        ["IterationMode"] = "Workload",
        ["IterationStage"] = "Result",
        ["LaunchIndex"] = 1 + (cell.PerRound!.Process?[round] ?? 0),
        ["IterationIndex"] = 1 + round,
        ["Operations"] = cell.Connections,
        ["Nanoseconds"] = nanoseconds * cell.Connections,
    };
}
