using NatAllocBench.Tests.Verification;

namespace NatAllocBench.Tests.CommandLine;

public sealed class VerifyCommandTests
{
    [Fact]
    public void Verify_passes_every_vector_and_skips_none()
    {
        // Some seconds of one loop: optimised code from the first call on saves a quarter of them.
        ProgramRun run = ProgramRun.With("DOTNET_TieredCompilation", "0", "verify", "--designs", "lock-free");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(
            $"{VectorVerifierTests.KernelLines + AllocatorVectorTests.Lines} passed, 0 failed",
            run.Output.TrimEnd().Split('\n')[^1].TrimEnd());
    }

    [Fact]
    public void Verify_runs_every_design_unless_told_otherwise_and_names_the_first_malformed_line()
    {
        string directory = Directory.CreateTempSubdirectory("vectors").FullName;
        try
        {
            File.WriteAllLines(
                Path.Combine(directory, "reciprocal_scale.jsonl"), ["{", "{\"id\":\"rs-0\",\"value\":0,\"range\":3,\"result\":0}"]);
            ProgramRun run = ProgramRun.Of("verify", "--vectors", directory);

            Assert.Equal(2, run.ExitCode);
            Assert.All(
                ["kernel-locks", "lock-free"],
                design =>
                    Assert.Contains(
                        $"{design} reciprocal_scale.jsonl: 1 passed, 0 failed, 1 malformed", run.Output, StringComparison.Ordinal));
            Assert.EndsWith("2 passed, 0 failed, 2 malformed", run.Output.TrimEnd(), StringComparison.Ordinal);
            Assert.StartsWith("reciprocal_scale.jsonl line 1: not JSON", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
