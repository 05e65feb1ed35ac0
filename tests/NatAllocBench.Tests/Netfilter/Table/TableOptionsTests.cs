using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Netfilter.Table;

public sealed class TableOptionsTests
{
    [Theory]
    [InlineData("4.14", 100, 65_536, 16_384)]
    [InlineData("5.15", 100, 262_144, 16_384)]
    [InlineData("4.14", 1_000_000, 500_000, 2_000_000)]
    [InlineData("5.15", 1_000_000, 2_000_000, 2_000_000)]
    public void A_table_for_a_workload_has_the_kernels_buckets_and_memory_for_twice_the_entries(
        string era, long entries, uint buckets, uint room)
    {
        TableOptions options = TableOptions.Holding(EraCatalog.Get(era).Traits, entries);
        Assert.Equal((buckets, room), (options.Buckets, options.MaxConnections));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData((1L << 27) + 1)]
    public void A_number_of_entries_that_no_table_has_is_refused(long entries) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TableOptions.Holding(EraCatalog.Get("6.12").Traits, entries));
}
