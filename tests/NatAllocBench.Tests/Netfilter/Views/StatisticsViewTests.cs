using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Tests.Netfilter.Views;

public sealed class StatisticsViewTests
{
    // Every counter has its own value, so that a swapped column shows.
    private static readonly CpuStatistics[] TwoCpus =
    [
        new()
        {
            Entries = 0x5D2, Searched = 1, Found = 2, New = 3, Invalid = 4, Ignore = 5, Delete = 6, DeleteList = 7, Insert = 8,
            InsertFailed = 9, Drop = 10, EarlyDrop = 11, Error = 12, SearchRestart = 13, ClashResolve = 14, ChainTooLong = 15,
        },
        new() { Entries = 0x5D2, Found = 0x1_0000_0010 },
    ];

    [Fact]
    public void The_proc_file_of_2_6_32_has_sixteen_columns_and_a_space_before_the_line_end()
        => Assert.Equal(
            "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  "
            + "expect_new expect_create expect_delete\n"
            + "000005d2  00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009 0000000a 0000000b 0000000c  "
            + "00000000 00000000 00000000 \n"
            + "000005d2  00000000 00000010 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000  "
            + "00000000 00000000 00000000 \n",
            ProcStatisticsView.Format(StatisticsFormat.V2_6_32, TwoCpus));

    [Fact]
    public void The_proc_file_of_2_6_35_adds_search_restart()
        => Assert.Equal(
            "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  "
            + "expect_new expect_create expect_delete search_restart\n"
            + "000005d2  00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009 0000000a 0000000b 0000000c  "
            + "00000000 00000000 00000000 0000000d\n",
            ProcStatisticsView.Format(StatisticsFormat.V2_6_35, TwoCpus.AsSpan(0, 1)));

    [Theory]
    [InlineData(StatisticsFormat.V4_9, "00000000 00000002 00000000 00000004 00000005 00000000 00000000")]
    [InlineData(StatisticsFormat.V5_10, "0000000e 00000002 00000000 00000004 00000000 00000000 00000000")]
    [InlineData(StatisticsFormat.V5_15, "0000000e 00000002 00000000 00000004 00000000 00000000 0000000f")]
    public void Later_generations_change_columns_two_to_eight_only(StatisticsFormat format, string columns)
        => Assert.Equal(
            "000005d2  " + columns + " 00000008 00000009 0000000a 0000000b 0000000c  00000000 00000000 00000000 0000000d",
            ProcStatisticsView.Format(format, TwoCpus).Split('\n')[1]);

    [Fact]
    public void Headers_are_those_the_releases_print()
    {
        const string OldHeader = "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop "
            + "icmp_error  expect_new expect_create expect_delete search_restart";
        Assert.Equal(OldHeader, ProcStatisticsView.Header(StatisticsFormat.V2_6_35));
        Assert.Equal(OldHeader, ProcStatisticsView.Header(StatisticsFormat.V4_9));
        Assert.Equal(
            OldHeader.Replace("searched", "clashres", StringComparison.Ordinal), ProcStatisticsView.Header(StatisticsFormat.V5_10));
        Assert.Equal(
            "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  "
            + "expect_new expect_create expect_delete search_restart",
            ProcStatisticsView.Header(StatisticsFormat.V5_15));
    }

    [Theory]
    [InlineData(
        CommandStatisticsFormat.V3_13,
        "searched=1 found=2 new=3 invalid=4 ignore=5 delete=6 delete_list=7 insert=8 insert_failed=9 drop=10 early_drop=11 error=12 "
        + "search_restart=13 ")]
    [InlineData(
        CommandStatisticsFormat.V4_9,
        "found=2 invalid=4 ignore=5 insert=8 insert_failed=9 drop=10 early_drop=11 error=12 search_restart=13 ")]
    [InlineData(
        CommandStatisticsFormat.V5_10,
        "found=2 invalid=4 insert=8 insert_failed=9 drop=10 early_drop=11 error=12 search_restart=13 clash_resolve=14 ")]
    [InlineData(
        CommandStatisticsFormat.V5_15,
        "found=2 invalid=4 insert=8 insert_failed=9 drop=10 early_drop=11 error=12 search_restart=13 clash_resolve=14 chaintoolong=15 ")]
    public void The_command_prints_the_pairs_its_kernel_sends(CommandStatisticsFormat format, string pairs)
    {
        string[] lines = CommandStatisticsView.Format(format, TwoCpus).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("cpu=0   \t" + pairs, lines[0]);
        Assert.StartsWith("cpu=1   \t", lines[1], StringComparison.Ordinal);
        Assert.Contains("found=16 ", lines[1], StringComparison.Ordinal);
        Assert.Equal("", lines[2]);
    }

    [Fact]
    public void The_cpu_field_grows_past_four_characters_only_when_it_must()
    {
        string[] lines = CommandStatisticsView.Format(CommandStatisticsFormat.V5_15, new CpuStatistics[129]).Split('\n');
        Assert.StartsWith("cpu=128 \tfound=0 ", lines[128], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.6.32", CommandStatisticsFormat.V3_13)]
    [InlineData("4.8.17", CommandStatisticsFormat.V3_13)]
    [InlineData("4.9", CommandStatisticsFormat.V4_9)]
    [InlineData("5.9.16", CommandStatisticsFormat.V4_9)]
    [InlineData("5.10.223", CommandStatisticsFormat.V5_10)]
    [InlineData("5.14", CommandStatisticsFormat.V5_10)]
    [InlineData("5.15", CommandStatisticsFormat.V5_15)]
    [InlineData("7.1", CommandStatisticsFormat.V5_15)]
    public void A_kernel_release_decides_the_format_of_the_command(string version, CommandStatisticsFormat format) =>
        Assert.Equal(format, StatisticsFormats.ForCommand(KernelVersion.Parse(version)));

    [Theory]
    [InlineData("2.6.32", StatisticsFormat.V2_6_32)]
    [InlineData("2.6.35", StatisticsFormat.V2_6_35)]
    [InlineData("4.7", StatisticsFormat.V2_6_35)]
    [InlineData("4.9", StatisticsFormat.V4_9)]
    [InlineData("5.9", StatisticsFormat.V4_9)]
    [InlineData("5.10", StatisticsFormat.V5_10)]
    [InlineData("5.14", StatisticsFormat.V5_10)]
    [InlineData("5.15", StatisticsFormat.V5_15)]
    [InlineData("7.0", StatisticsFormat.V5_15)]
    public void An_era_decides_the_format_of_the_proc_file(string era, StatisticsFormat format) =>
        Assert.Equal(format, EraCatalog.Get(era).Traits.Statistics);
}
