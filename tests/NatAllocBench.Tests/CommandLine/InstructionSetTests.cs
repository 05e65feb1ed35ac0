using System.Text;
using System.Text.Json;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Netfilter.Hashing;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// The lanes that a machine uses are chosen at start-up. With each of them the short path takes the connections and probes the same
/// candidates as the general path and the kernel's way, which the table's walk after every round proves whole.
/// </summary>
public class InstructionSetTests
{
    [Avx512Fact]
    public void The_widest_lanes_are_chosen() => Check("DOTNET_EnableAVX512", "1", "AVX-512");

    [Avx2Fact]
    public void Without_avx512_lanes_are_avx2() => Check("DOTNET_EnableAVX512", "0", "AVX2");

    [Avx2Fact]
    public void Without_avx2_lanes_are_of_128_bits() => Check("DOTNET_EnableAVX2", "0", "128-bit vectors");

    [Fact]
    public void Without_vector_instructions_lanes_are_scalar() => Check("DOTNET_EnableHWIntrinsic", "0", "scalar");

    private static void Check(string variable, string value, string instructions)
    {
        ProgramRun run = ProgramRun.With(
            variable, value,
            "throughput", "--designs", "kernel-locks,lock-free,batched,lock-free-general,batched-general", "--threads", "1",
            "--connections", "3000",
            "--rounds", "1", "--max-rounds", "1", "--seconds", "20", "--seed", "7", "--no-publish", "--uncalibrated", "--json", "-");

        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Contains(
            document.RootElement.GetProperty("notes").EnumerateArray(),
            note => note.GetString() == $"Lanes of SipHash: {instructions}.");
        ThroughputCell[] measured = [.. ((RunRecord<ThroughputCell>)RunFormat.Read(Encoding.UTF8.GetBytes(run.Output))).Cells
            .Where(cell => cell.ProbesPerConnection is not null)];
        Assert.NotEmpty(measured);
        Assert.All(measured, cell =>
        {
            Assert.Equal(measured[0].ProbesPerConnection, cell.ProbesPerConnection);
            Assert.Equal(0, cell.ClashesPer1000);
            switch (cell.Design)
            {
                case "lock-free" or "batched":
                    Assert.InRange(cell.ShortPathShare!.Value, 0.99, 1);
                    break;
                case "kernel-locks":
                    Assert.Null(cell.ShortPathShare);
                    break;
                default:
                    Assert.Equal(0, cell.ShortPathShare);
                    break;
            }
        });
    }
}
