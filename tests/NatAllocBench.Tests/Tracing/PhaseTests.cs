using System.Text.Json;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

public class PhaseTests
{
    [Theory]
    [InlineData("NatAllocBench.Racing.Race.RaceWorker`2[A.B,C.D].RunTicks(float64,int32)", "RaceWorker.RunTicks")]
    [InlineData(
        "NatAllocBench.Netfilter.Table.ConntrackTable`3[System.__Canon,A.B,C.D].Confirm(value class X&,unsigned int32)",
        "ConntrackTable.Confirm")]
    [InlineData("Main", "Main")]
    public void Method_names_lose_namespaces_and_type_arguments(string full, string expected) =>
        Assert.Equal(expected, FrameNames.Shorten(full));

    [Theory]
    [InlineData("lock", "RaceWorker.Run", "ConnectionLoop.Connect", "ConntrackTable.Confirm", "LockedChains.LockPair")]
    [InlineData("insert", "RaceWorker.Run", "ConnectionLoop.Connect", "ConntrackTable.Confirm")]
    [InlineData("hash", "RaceWorker.Run", "NatSetup.GetUnique", "TupleHasher.Hash")]
    [InlineData("probe", "RaceWorker.Run", "NatSetup.GetUnique", "PortSearcher.Scan")]
    [InlineData("loop and other", "RaceWorker.Run", "ConnectionLoop.Connect")]
    public void A_stack_belongs_to_the_phase_of_its_innermost_known_frame(string phase, params string[] frames) =>
        Assert.Equal(phase, Phases.Of(frames));

    [Fact]
    public void A_speedscope_file_has_each_stack_under_its_phase()
    {
        var profile = new PhaseProfile([new PhaseSample(1, "hash", ["a", "b"]), new PhaseSample(2, "lock", ["a"])]);

        using JsonDocument json = JsonDocument.Parse(Speedscope.Write(profile, "x"));

        JsonElement all = json.RootElement.GetProperty("shared").GetProperty("frames");
        string[] frames = [.. all.EnumerateArray().Select(f => f.GetProperty("name").GetString()!)];
        JsonElement samples = json.RootElement.GetProperty("profiles")[0].GetProperty("samples");
        Assert.Equal(
            ["hash/a/b", "lock/a"],
            samples.EnumerateArray().Select(s => string.Join('/', s.EnumerateArray().Select(i => frames[i.GetInt32()]))));
    }
}
