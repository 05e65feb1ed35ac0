using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Counters;

public sealed class ConntrackStatisticsTests
{
    private const string Linux6_18 =
        "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop "
        + "icmp_error  expect_new expect_create expect_delete search_restart\n"
        + "00004e20  00000002 00003e8f 00000000 00000000 00000000 00000000 00000003 00000000 00000010 "
        + "00000011 00000000 00000000  00000000 00000000 00000000 00000005\n"
        + "00004e20  00000001 00000001 00000000 00000000 00000000 00000000 00000000 00000000 000000ff "
        + "000000ff 00000004 00000000  00000000 00000000 00000000 00000000\n";

    private const string Linux4_13 =
        "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop "
        + "icmp_error  expect_new expect_create expect_delete search_restart\n"
        + "00000003  00000000 0000000a 00000000 00000000 00000007 00000000 00000000 00000000 0000000b "
        + "0000000c 00000000 00000000  00000000 00000000 00000000 0000000d\n";

    private const string Linux2_6_32 =
        "entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop "
        + "icmp_error  expect_new expect_create expect_delete\n"
        + "00000003  0000001f 0000000a 00000000 00000000 00000007 00000000 00000000 00000000 0000000b "
        + "0000000c 00000002 00000000  00000000 00000000 00000000\n";

    [Fact]
    public void The_table_of_a_new_kernel_is_hexadecimal_per_cpu()
    {
        IReadOnlyList<ConntrackCounters> perCpu = ConntrackStatistics.ParseProc(Linux6_18);
        Assert.Equal(2, perCpu.Count);
        Assert.Equal(
            new ConntrackCounters
            {
                Found = 0x3e8f,
                InsertFailed = 16,
                Drop = 17,
                EarlyDrop = 0,
                ClashResolve = 2,
                ChainTooLong = 3,
                SearchRestart = 5,
            },
            perCpu[0]);
        Assert.Equal(0x3e90, (perCpu[0] + perCpu[1]).Found);
        Assert.Equal(3, (perCpu[0] + perCpu[1]).ClashResolve);
    }

    [Fact]
    public void The_second_column_of_an_old_kernel_is_not_taken_for_clashes()
    {
        ConntrackCounters counters = Assert.Single(ConntrackStatistics.ParseProc(Linux4_13));
        Assert.Equal((10, 11, 12), (counters.Found, counters.InsertFailed, counters.Drop));
        Assert.Null(counters.ClashResolve);
        Assert.Null(counters.ChainTooLong);
        Assert.Equal(13, counters.SearchRestart);
        Assert.Null(Assert.Single(ConntrackStatistics.ParseProc(Linux2_6_32)).SearchRestart);
    }

    [Theory]
    [InlineData(
        "cpu=0   \tfound=24 invalid=0 insert=0 insert_failed=10 drop=11 early_drop=1 error=0 search_restart=2 "
        + "clash_resolve=3 chaintoolong=4 \n",
        3L,
        4L)]
    [InlineData(
        "cpu=0   \tfound=24 invalid=0 insert=0 insert_failed=10 drop=11 early_drop=1 error=0 search_restart=2 clash_resolve=3 \n",
        3L,
        null)]
    [InlineData(
        "cpu=0   \tfound=24 invalid=0 ignore=9 insert=0 insert_failed=10 drop=11 early_drop=1 error=0 search_restart=2 \n",
        null,
        null)]
    [InlineData(
        "cpu=0   \tsearched=99 found=24 new=1 invalid=0 ignore=9 delete=0 delete_list=0 insert=0 "
        + "insert_failed=10 drop=11 early_drop=1 error=0 search_restart=2 \n",
        null,
        null)]
    public void The_output_of_conntrack_S_is_decimal_pairs(string text, long? clashResolve, long? chainTooLong)
    {
        ConntrackCounters counters = Assert.Single(ConntrackStatistics.ParseTool(text));
        Assert.Equal((24, 10, 11, 1), (counters.Found, counters.InsertFailed, counters.Drop, counters.EarlyDrop));
        Assert.Equal((clashResolve, chainTooLong), (counters.ClashResolve, counters.ChainTooLong));
    }

    [Fact]
    public void A_counter_that_wrapped_at_32_bits_still_gives_the_difference()
    {
        string wrapped = Linux4_13.Replace("0000000a", "fffffffe", StringComparison.Ordinal);
        ConntrackCounters before = Assert.Single(ConntrackStatistics.ParseProc(wrapped));
        ConntrackCounters after = Assert.Single(ConntrackStatistics.ParseProc(Linux4_13));
        Assert.Equal(12, (after - before).Found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("entries clashres\n00000000 00000000\n")]
    [InlineData("found insert_failed drop early_drop\n00000000 00000000\n")]
    [InlineData("found insert_failed drop early_drop\n0 0 zero 0\n")]
    public void A_text_without_the_needed_numbers_is_refused(string text) =>
        Assert.Throws<FormatException>(() => ConntrackStatistics.ParseProc(text));

    [Fact]
    public void Received_packets_are_the_second_number_of_the_interface()
    {
        const string Text =
            "Inter-|   Receive                                                |  Transmit\n"
            + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
            + "    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n"
            + "    s0: 2160000   40000    0    0    0     0          0         0      110       1    0    0   "
            + " 0     0       0          0\n";
        Assert.Equal(40000, NetDevices.ReceivedPackets(Text, "s0"));
        Assert.Throws<FormatException>(() => NetDevices.ReceivedPackets(Text, "r1"));
    }
}
