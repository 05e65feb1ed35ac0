using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification;
using NatAllocBench.Verification.Reading;
using Xunit.Abstractions;

namespace NatAllocBench.Tests.Verification;

/// <summary>The other systems' vectors, each answered by the system's own code.</summary>
public sealed class AllocatorVectorTests(ITestOutputHelper log)
{
    private static readonly string VectorDirectory = Path.Combine(AppContext.BaseDirectory, "Vectors", "allocators");

    /// <summary>Every line of the other systems' vectors.</summary>
    internal static int Lines
    {
        get
        {
            var directory = new DirectoryVectors(VectorDirectory);
            return directory.FileNames().Sum(file => directory.ReadLines(file).Count(line => line.Length > 0));
        }
    }

    [Fact]
    public void Every_model_gives_its_systems_answer_to_every_vector()
    {
        using var output = new StringWriter();

        VerifyResult result = VectorVerifier.Run(VectorDirectory, [KernelLocks.Name], output.WriteLine, AllocatorCatalog.Vectors);

        log.WriteLine(output.ToString());
        Assert.Equal(new VerifyResult(Lines), result);
    }

    [Fact]
    public void Program_carries_the_vectors_of_the_tests()
    {
        var embedded = new EmbeddedVectors(typeof(AllocatorCatalog).Assembly);

        Assert.Superset(new DirectoryVectors(VectorDirectory).FileNames().ToHashSet(), embedded.FileNames().ToHashSet());
    }

    [Fact]
    public void Every_kind_of_file_has_its_own_check()
    {
        var prefixes = AllocatorCatalog.Vectors.Checks.Select(check => check.File).ToList();

        Assert.Equal(prefixes.Count, prefixes.Distinct().Count());
        Assert.All(prefixes, prefix => Assert.Contains(
            new DirectoryVectors(VectorDirectory).FileNames(), file => file.StartsWith(prefix, StringComparison.Ordinal)));
    }
}
