using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Machine;

namespace NatAllocBench.Tests.Racing.Machine;

public sealed class FixedPairTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("0-127", "0,64", "0-7,64-71", 0, 1)] // siblings far apart, a complex of eight cores
    [InlineData("0-127", "0-1", "0-15", 0, 2)] // siblings next to each other
    [InlineData("0-1", "0-1", "0-1", 0, 1)] // two siblings are all there is
    [InlineData("8-15", "8-9", "8-15", 8, 10)] // a container that starts at CPU 8
    [InlineData("0,16", "0-1", "0-7", 0, 16)] // no second CPU of the complex is allowed
    public void The_pair_is_of_one_complex_and_of_two_cores_where_it_can(
        string allowed, string siblings, string complex, int first, int second)
    {
        Plant(first, siblings, complex);

        Assert.Equal([first, second], FixedPair.Of(CpuSet.Parse(allowed), _root));
    }

    [Fact]
    public void Without_a_topology_the_first_two_are_taken_and_one_CPU_stays_one()
    {
        Assert.Equal([3, 5], FixedPair.Of(CpuSet.Parse("3,5,7"), _root));
        Assert.Equal([3], FixedPair.Of(CpuSet.Parse("3"), _root));
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_preset_races_the_pair(string preset) => Assert.Contains(PresetFile.Load(preset).Series, series => series.IsPair);

    public static TheoryData<string> Presets => [.. PresetFile.Names];

    private void Plant(int cpu, string siblings, string complex)
    {
        string topology = Directory.CreateDirectory(Path.Combine(_root, $"cpu{cpu}", "topology")).FullName;
        File.WriteAllText(Path.Combine(topology, "thread_siblings_list"), siblings + "\n");
        (string, string, string)[] caches = [("index0", "1", siblings), ("index3", "3", complex), ("index2", "2", siblings)];
        foreach ((string index, string level, string shared) in caches)
        {
            string cache = Directory.CreateDirectory(Path.Combine(_root, $"cpu{cpu}", "cache", index)).FullName;
            File.WriteAllText(Path.Combine(cache, "level"), level + "\n");
            File.WriteAllText(Path.Combine(cache, "shared_cpu_list"), shared + "\n");
        }
    }
}
