using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;

namespace NatAllocBench.Micro;

/// <summary>What all micro benchmarks have in common; BenchmarkDotNet's own options come on top.</summary>
public static class MicroConfig
{
    // BenchmarkDotNet leaves outliers out: at least fifteen values should stay, or ResultsComparer can find nothing.
    private const int MinIterations = 20;

    /// <summary>The configuration for a command line.</summary>
    /// <param name="args">The arguments: a job that they name replaces the one of this configuration.</param>
    public static IConfig Create(IReadOnlyList<string> args)
    {
        IConfig config = DefaultConfig.Instance
            .AddDiagnoser(MemoryDiagnoser.Default, new ProbesDiagnoser())
            .AddExporter(JsonExporter.Full) // what ResultsComparer of dotnet/performance reads
            .WithArtifactsPath(Path.Combine("BenchmarkDotNet.Artifacts", "micro"))
            .WithBuildTimeout(TimeSpan.FromMinutes(10)) // a busy machine takes longer than the usual two
            .WithOptions(ConfigOptions.JoinSummary);

        // One optimised version of every method from the first call on, as in the main program: the narrowest spread.
        return args.Contains("--job") || args.Contains("-j")
            ? config
            : config.AddJob(Job.Default.WithMinIterationCount(MinIterations).WithEnvironmentVariable("DOTNET_TieredCompilation", "0"));
    }
}
