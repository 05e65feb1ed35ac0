using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Netfilter.Table;

public sealed class TableDefaultsTests
{
    private const ulong MiB = 1 << 20;

    [Theory]
    [InlineData("3.13", 8 * 1024, 16_384, 65_536)]
    [InlineData("3.15", 8 * 1024, 16_384, 65_536)]
    [InlineData("4.0", 8 * 1024, 65_536, 262_144)]
    [InlineData("5.14", 8 * 1024, 65_536, 262_144)]
    [InlineData("5.14", 2 * 1024, 16_384, 65_536)]
    [InlineData("5.14", 512, 4_096, 16_384)]
    [InlineData("5.15", 8 * 1024, 262_144, 262_144)]
    [InlineData("5.15", 2 * 1024, 65_536, 65_536)]
    [InlineData("5.15", 512, 4_096, 4_096)]
    [InlineData("5.15", 64, 1_024, 1_024)]
    [InlineData("5.14", 64, 512, 2_048)]
    public void Defaults_follow_the_memory_and_the_era(string era, uint memoryMiB, uint buckets, uint max) =>
        Assert.Equal(new TableDefaults(buckets, max), TableDefaults.For(EraCatalog.Get(era), memoryMiB * MiB));

    [Fact]
    public void Limits_at_exactly_1_and_4_GiB_belong_to_the_smaller_size()
    {
        Assert.Equal(8_192u, TableDefaults.For(EraCatalog.Get("5.14"), 1024 * MiB).Buckets);
        Assert.Equal(16_384u, TableDefaults.For(EraCatalog.Get("5.14"), 4096 * MiB).Buckets);
    }
}
