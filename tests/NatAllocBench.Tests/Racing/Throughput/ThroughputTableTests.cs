using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Throughput;

/// <summary>The tables of the throughput course, on one CPU: nothing here depends on what runs on the others.</summary>
public class ThroughputTableTests
{
    [Fact]
    public void The_floor_holds_what_it_was_given()
    {
        using IConnectionTable floor = TableDesign.Floors[0].Create(SampleWorkload.Of(101), 1);
        Assert.Equal(101, floor.Connect(0, 0, 101));
        floor.Prove(101);
        Assert.Throws<TrialContradictionException>(() => floor.Prove(100));

        SampleWorkload.Of(101).Flows(100).Next(out ConntrackTuple<IPv4Address> last);
        Assert.True(floor.TryGetReply(in last, out ConntrackTuple<IPv4Address> reply));
        Assert.Equal((last.Destination, RaceWorkload.NatAddress(0)), (reply.Source, reply.Destination));
        Assert.Equal(101, floor.Expire(0, 0, 1));
        Assert.False(floor.TryGetReply(in last, out _));
        floor.Prove(0);
    }

    [Fact]
    public void Only_the_SipHash_of_6_5_is_replaced_by_a_fast_hash()
    {
        Assert.All(TableDesign.FastHashed, design => Assert.Null(design.WhyMissingIn(SampleWorkload.Of(100))));
        Assert.All(TableDesign.FastHashed, design => Assert.Contains(
            "the SipHash of 6.5",
            design.WhyMissingIn(SampleWorkload.Of(100) with { Era = EraCatalog.Get("5.15") }),
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("5.0")]
    [InlineData("5.15")]
    [InlineData("6.2")]
    [InlineData("6.12")]
    public void The_short_path_takes_99_of_100_connections_of_the_standard_workload(string era)
    {
        foreach (RaceMode mode in RaceMode.All.Where(mode => mode.WhyMissingIn(EraCatalog.Get(era)) is null && mode != RaceMode.RoverCas))
        {
            List<(int Design, ThroughputRound Round)> rounds = [];
            ThroughputWorkload workload = SampleWorkload.Of(20_000) with { Era = EraCatalog.Get(era), Mode = mode };
            using var course = new ThroughputCourse(workload, TableDesign.OfTheModel, [CpuSet.Allowed().Cpus[0]], seed: 5);

            course.RunBlock(1, (design, round) => rounds.Add((design, round)));

            foreach ((int design, ThroughputRound round) in rounds)
            {
                string name = TableDesign.OfTheModel[design].Name;
                if (name == KernelLocks.Name)
                {
                    Assert.Null(round.ShortPath);
                }
                else
                {
                    Assert.True(round.ShortPath >= 0.99 * round.Attempts, $"{name} {mode.Name}: {round.ShortPath} of {round.Attempts}");
                }
            }
        }
    }

    [Fact]
    public void An_IPv6_table_takes_at_most_160_bytes_for_a_connection()
    {
        const uint Connections = 300_000;
        using var nat = TableSecrets.Of(1).NewNatState();
        using var table = new ConntrackTable<IPv6Address, Linux6_5, LockFree>(
            EraCatalog.Get("6.12"), new TableOptions { Buckets = 2 * Connections, MaxConnections = Connections }, nat);

        Assert.InRange((double)table.ReservedBytes / Connections, 128, 160);
    }

    [Fact]
    public void A_cancelled_block_keeps_the_rounds_that_were_finished()
    {
        using var stop = new CancellationTokenSource();
        int finished = 0;
        using var course = new ThroughputCourse(SampleWorkload.Of(2000), TableDesign.OfTheModel, [CpuSet.Allowed().Cpus[0]], seed: 5);

        course.RunBlock(1000, (_, _) =>
        {
            if (++finished == 3)
            {
                stop.Cancel();
            }
        }, stop.Token);

        Assert.Equal(3, finished);
    }

    [Fact]
    public void A_table_that_holds_another_number_of_connections_is_refused()
    {
        using IConnectionTable table = TableDesign.OfTheModel[0].Create(SampleWorkload.Of(100), 1);
        table.Connect(0, 0, 100);

        Assert.Throws<TrialContradictionException>(() => table.Prove(99));
    }

    [Fact]
    public void More_connections_than_ports_are_missing_with_a_reason()
    {
        Assert.Contains("do not fit into 64512 ports", SampleWorkload.Of(65_000).WhyMissing, StringComparison.Ordinal);
        Assert.Null((SampleWorkload.Of(65_000) with { Destinations = 2 }).WhyMissing);
    }
}
