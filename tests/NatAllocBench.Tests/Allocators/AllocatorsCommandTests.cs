using System.Text.Json.Nodes;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Tests.CommandLine;

namespace NatAllocBench.Tests.Allocators;

[Collection(InProcess.Name)]
public sealed class AllocatorsCommandTests
{
    [Fact]
    public void Every_system_has_a_row_on_the_screen()
    {
        ProgramRun run = ProgramRun.Here("allocators");

        Assert.Equal(0, run.ExitCode);
        Assert.All(AllocatorCatalog.All, system => Assert.Contains(system.Name, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void JSON_has_source_proof_and_what_is_left_out_of_every_system()
    {
        ProgramRun run = ProgramRun.Here("allocators", "--json");

        JsonArray systems = JsonNode.Parse(run.Output)!.AsArray();
        Assert.Equal(AllocatorCatalog.All.Select(system => system.Name), systems.Select(system => (string?)system!["name"]));
        Assert.All(systems, system => Assert.All(
            (string[])["source", "proof", "leftOut", "releases", "counter", "shippedBy"],
            member => Assert.False(string.IsNullOrWhiteSpace((string?)system![member]), $"{system["name"]}: {member}")));
    }

    [Theory]
    [InlineData("race --system ovs-9.9 --no-save", "ovs-9.9")]
    [InlineData("race --system ovs-3.3 --modes nonsense --no-save", "nonsense")]
    [InlineData("race --system vpp-26.06 --ports 0-70000 --no-save", "--ports")]
    [InlineData("allocators nonsense", "nonsense")]
    public void Wrong_input_is_named_in_one_line(string line, string named)
    {
        ProgramRun run = ProgramRun.Here(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }
}
