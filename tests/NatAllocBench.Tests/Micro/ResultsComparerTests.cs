using System.Text.Json;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using NatAllocBench.Micro;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Micro;

/// <summary>
/// The report of the micro benchmarks, read the way dotnet/performance's ResultsComparer reads it: every file whose name ends in
/// <c>full.json</c>, benchmarks paired by their full names, compared by the original values of their statistics.
/// </summary>
/// <remarks>BenchmarkDotNet prints to the console, which calls of the program in this process take over.</remarks>
[Collection(Alone.Name)]
public sealed class ResultsComparerTests : IDisposable
{
    private const int Iterations = 15;
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_report_of_the_micro_benchmarks_has_what_ResultsComparer_reads()
    {
        // Without collections between iterations: they would go through the heap of all tests.
        Job job = Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithGcForce(false)
            .WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(1).WithIterationCount(Iterations);
        IConfig config = MicroConfig.Create(["--job", "named"]).AddJob(job)
            .WithArtifactsPath(_directory).WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.DisableLogFile);
        _ = BenchmarkRunner.Run<TupleBenchmarks>(config);

        string file = Assert.Single(Directory.GetFiles(_directory, "*full.json", SearchOption.AllDirectories));
        Report report = JsonSerializer.Deserialize<Report>(File.ReadAllText(file))!;

        Assert.NotEmpty(report.Benchmarks);
        Assert.Equal(report.Benchmarks.Count, report.Benchmarks.Select(b => b.FullName).Distinct().Count());
        Assert.All(report.Benchmarks, benchmark =>
        {
            Assert.StartsWith("NatAllocBench.Micro.TupleBenchmarks.", benchmark.FullName, StringComparison.Ordinal);
            Assert.InRange(benchmark.Statistics.OriginalValues.Length, 10, Iterations); // outliers are left out
            Assert.Equal(benchmark.Statistics.N, benchmark.Statistics.OriginalValues.Length);
            double[] sorted = [.. benchmark.Statistics.OriginalValues.Order()];
            Assert.InRange(benchmark.Statistics.Median, sorted[0], sorted[^1]);
            Assert.Contains(benchmark.Measurements, m => m.IterationStage == "Result" && m.Operations > 0);
        });
    }

    // The members of its data contract that are no text and cannot be null: a value of another kind would make it give up.
    private sealed record Report(Host HostEnvironmentInfo, IReadOnlyList<Benchmark> Benchmarks);

    private sealed record Host(
        int? PhysicalProcessorCount, int? PhysicalCoreCount, int? LogicalCoreCount, bool? HasAttachedDebugger, bool? HasRyuJit,
        Clock ChronometerFrequency);

    private sealed record Clock(int Hertz);

    private sealed record Benchmark(string FullName, Figures Statistics, Memory Memory, IReadOnlyList<Measured> Measurements);

    private sealed record Figures(
        double[] OriginalValues, int N, double Min, double Median, double Mean, double Max, double StandardDeviation,
        Interval ConfidenceInterval);

    private sealed record Interval(int N, double Mean, double StandardError, int Level, double Margin, double Lower, double Upper);

    private sealed record Memory(
        int Gen0Collections, int Gen1Collections, int Gen2Collections, long TotalOperations, long? BytesAllocatedPerOperation);

    private sealed record Measured(string IterationStage, int LaunchIndex, int IterationIndex, long Operations, double Nanoseconds);
}
