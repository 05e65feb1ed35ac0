using NatAllocBench.Dump;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Dump;

public sealed class TableDumpTests
{
    [Fact]
    public void Seeded_run_of_4_14_prints_these_lines()
    {
        TableDump dump = Dump("4.14");

        Assert.Equal(
            """
            tcp      6 114 SYN_SENT src=10.0.0.3 dst=198.18.0.0 sport=40000 dport=80 [UNREPLIED] src=198.18.0.0 dst=203.0.113.1 sport=80 dport=1024 mark=0 use=1
            tcp      6 431995 ESTABLISHED src=10.0.0.5 dst=198.18.0.0 sport=40001 dport=80 src=198.18.0.0 dst=203.0.113.1 sport=80 dport=1025 [ASSURED] mark=0 use=1
            tcp      6 116 TIME_WAIT src=10.0.0.7 dst=198.18.0.0 sport=40002 dport=80 src=198.18.0.0 dst=203.0.113.1 sport=80 dport=1026 [ASSURED] mark=0 use=1
            udp      17 27 src=10.0.0.9 dst=198.18.0.0 sport=40003 dport=53 [UNREPLIED] src=198.18.0.0 dst=203.0.113.1 sport=53 dport=1024 mark=0 use=1
            udp      17 28 src=10.0.0.11 dst=198.18.0.0 sport=40004 dport=53 src=198.18.0.0 dst=203.0.113.1 sport=53 dport=1025 mark=0 use=1
            icmp     1 30 src=10.0.0.13 dst=198.18.0.0 type=8 code=0 id=40005 src=198.18.0.0 dst=203.0.113.1 type=0 code=0 id=0 mark=0 use=1
            """,
            string.Join('\n', Lines(dump).Where(IsLoser).Order(StringComparer.Ordinal).OrderBy(Client)));
        Assert.Equal(12, dump.Entries.Count);
        Assert.Equal(12, Lines(dump).Count);
    }

    [Fact]
    public void Seeded_run_of_6_12_prints_its_winners_with_their_own_ports()
    {
        string[] winners = [.. Lines(Dump("6.12")).Where(line => !IsLoser(line)).OrderBy(Client)];

        Assert.Equal(
            "tcp      6 113 SYN_SENT src=10.0.0.2 dst=198.18.0.0 sport=40000 dport=80 [UNREPLIED] src=198.18.0.0 dst=203.0.113.1 sport=80 "
                + "dport=40000 mark=0 use=1",
            winners[0]);
        Assert.Equal(
            "icmp     1 29 src=10.0.0.12 dst=198.18.0.0 type=8 code=0 id=40005 src=198.18.0.0 dst=203.0.113.1 type=0 code=0 id=40005 "
                + "mark=0 use=1",
            winners[5]);
    }

    [Fact]
    public void Counters_of_4_14_are_printed_in_its_form()
    {
        TableDump dump = Dump("4.14");

        Assert.Equal(
            "cpu=0   \tfound=0 invalid=0 ignore=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0 \n"
            + "cpu=1   \tfound=9 invalid=0 ignore=0 insert=0 insert_failed=6 drop=6 early_drop=0 error=0 search_restart=0 \n",
            dump.CommandStatistics);
        Assert.Equal(
            "0000000c  00000000 00000009 00000000 00000000 00000000 00000000 00000000 00000000 00000006 00000006 00000000 00000000"
            + "  00000000 00000000 00000000 00000000",
            dump.ProcStatistics.Split('\n')[2]);
    }

    [Fact]
    public void Counters_of_6_12_have_its_columns()
    {
        TableDump dump = Dump("6.12");

        Assert.Contains("clash_resolve=0 chaintoolong=0", dump.CommandStatistics, StringComparison.Ordinal);
        Assert.StartsWith(
            "entries  clashres found new invalid ignore delete chainlength insert", dump.ProcStatistics, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_of_3_13_count_insertions()
    {
        TableDump dump = Dump("3.13");

        Assert.Contains("insert=6 insert_failed=0", dump.CommandStatistics, StringComparison.Ordinal);
        Assert.Contains("insert=6 insert_failed=6 drop=0", dump.CommandStatistics, StringComparison.Ordinal);
    }

    [Fact]
    public void Occupancy_adds_entries_in_time_wait()
    {
        TableDump dump = TableDump.Of(EraCatalog.Get("6.12"), RaceMode.RandomFully, 0, 0.001, 7);

        Assert.Equal(65, dump.Entries.Count);
        Assert.All(Lines(dump), line => Assert.Contains("TIME_WAIT", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_seeds_print_equal_tables()
    {
        (TableDump first, TableDump second) = (Dump("6.12"), Dump("6.12"));
        Assert.Equal(first.Entries, second.Entries);
        Assert.Equal((first.CommandStatistics, first.ProcStatistics), (second.CommandStatistics, second.ProcStatistics));
    }

    private static TableDump Dump(string era) => TableDump.Of(EraCatalog.Get(era), RaceMode.Default, 12, 0, 1);

    private static List<string> Lines(TableDump dump) => [.. dump.Entries.Select(entry => entry.ToCommandLine())];

    /// <summary>The second of each pair has an odd last address byte.</summary>
    private static bool IsLoser(string line) => Client(line) % 2 == 1;

    private static int Client(string line) =>
        int.Parse(line.Split("src=10.0.0.")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
