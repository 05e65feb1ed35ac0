using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;
using NatAllocBench.Micro;

namespace NatAllocBench.Tests.Micro;

public class BenchmarkBodyTests
{
    private static readonly BenchmarkCase[] Cases =
    [
        .. typeof(MicroConfig).Assembly.GetTypes()
            .Where(type => type.IsPublic && type.Name.Contains("Benchmarks", StringComparison.Ordinal))
            .SelectMany(Closed)
            .SelectMany(type => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases),
    ];

    public static TheoryData<string> Names() => [.. Cases.Select(NameOf)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_benchmark_body_runs(string name)
    {
        BenchmarkCase benchmark = Cases.First(benchmark => NameOf(benchmark) == name);
        Descriptor descriptor = benchmark.Descriptor;
        object instance = Activator.CreateInstance(descriptor.Type)!;
        foreach (ParameterInstance parameter in benchmark.Parameters.Items)
        {
            descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        descriptor.GlobalSetupMethod?.Invoke(instance, null);
        descriptor.IterationSetupMethod?.Invoke(instance, null);
        object? result = descriptor.WorkloadMethod.Invoke(instance, null);
        descriptor.IterationCleanupMethod?.Invoke(instance, null);
        descriptor.GlobalCleanupMethod?.Invoke(instance, null);
        bool leftProbes = ProbesFile.TryTake(Environment.ProcessId, out double probes);

        Assert.NotNull(result);
        Assert.Equal(benchmark.Parameters.Items.Count > 0, leftProbes);
        Assert.True(!leftProbes || probes >= 1, $"{probes} probes");
        if (result is int done)
        {
            Assert.InRange(done, 9000, 20_000); // confirms and connections: nearly all stand
        }
    }

    [Fact]
    public void Names_of_benchmarks_are_unique() => Assert.Equal(Cases.Length, Cases.Select(NameOf).Distinct().Count());

    /// <summary>A generic class counts once for each design it names.</summary>
    private static IEnumerable<Type> Closed(Type type) => type.IsGenericTypeDefinition
        ? type.GetCustomAttributes<GenericTypeArgumentsAttribute>().Select(design => type.MakeGenericType(design.GenericTypeArguments))
        : [type];

    private static string NameOf(BenchmarkCase benchmark) =>
        $"{benchmark.Descriptor.Type.Name}<{string.Join(',', benchmark.Descriptor.Type.GenericTypeArguments.Select(type => type.Name))}>."
        + $"{benchmark.Descriptor.WorkloadMethod.Name} {benchmark.Parameters.PrintInfo}";
}
