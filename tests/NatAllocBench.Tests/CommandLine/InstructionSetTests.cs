using System.Text.Json;
using NatAllocBench.Tests.Netfilter.Hashing;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>The lanes that a machine uses are chosen at start-up; every round that runs on them is proven by a walk of the table.</summary>
public class InstructionSetTests
{
    [Avx512Fact]
    public void The_widest_lanes_are_chosen() => Check("DOTNET_EnableAVX512", "1", "AVX-512");

    [Avx2Fact]
    public void Without_avx512_lanes_are_avx2() => Check("DOTNET_EnableAVX512", "0", "AVX2");

    [Fact]
    public void Without_vector_instructions_lanes_are_scalar() => Check("DOTNET_EnableHWIntrinsic", "0", "scalar");

    private static void Check(string variable, string value, string instructions)
    {
        ProgramRun run = ProgramRun.With(
            variable, value,
            "throughput", "--designs", "kernel-locks,lock-free,batched", "--threads", "1", "--connections", "3000",
            "--rounds", "1", "--max-rounds", "1", "--seconds", "20", "--seed", "7", "--no-publish", "--uncalibrated", "--json", "-");

        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Contains(
            document.RootElement.GetProperty("notes").EnumerateArray(),
            note => note.GetString() == $"Lanes of SipHash: {instructions}.");
        double[] probes =
        [
            .. document.RootElement.GetProperty("cells").EnumerateArray()
                .Where(cell => cell.TryGetProperty("probesPerConnection", out JsonElement value) && value.ValueKind == JsonValueKind.Number)
                .Select(cell => cell.GetProperty("probesPerConnection").GetDouble()),
        ];
        Assert.NotEmpty(probes);
        Assert.All(probes, each => Assert.Equal(probes[0], each));
    }
}
