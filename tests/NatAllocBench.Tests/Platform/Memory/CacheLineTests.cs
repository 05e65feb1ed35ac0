using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Tests.Platform.Memory;

public class CacheLineTests
{
    /// <summary>
    /// A multiple of what the machine transfers: x64 prefetches lines of 64 bytes in pairs, some ARM64 cores have lines of 128 bytes.
    /// </summary>
    [Fact]
    public void It_is_two_lines_of_64_bytes() => Assert.Equal(128, CacheLine.Size);

    [Fact]
    public void No_line_of_this_machine_is_longer()
    {
        const string Path = "/sys/devices/system/cpu/cpu0/cache/index0/coherency_line_size";
        if (File.Exists(Path))
        {
            int line = int.Parse(File.ReadAllText(Path), System.Globalization.CultureInfo.InvariantCulture);

            Assert.Equal(0, CacheLine.Size % line);
        }
    }

    [Fact]
    public void Neighbouring_tallies_share_no_line()
    {
        var tallies = new WorkerTally[2];
        long used = Unsafe.ByteOffset(ref tallies[0].Attempts, ref Unsafe.As<ulong, long>(ref tallies[0].EndTick)) + sizeof(ulong);
        long apart = Unsafe.ByteOffset(ref tallies[0], ref tallies[1]) - used;

        Assert.True(apart >= CacheLine.Size, $"{apart} bytes apart");
    }
}
