using System.Net;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Cells;

[Collection(LiveTests.Name)]
public sealed class LiveSessionTests(LiveTestRun run)
{
    [LiveFact]
    public void Every_rule_is_accepted_and_every_packet_of_one_sender_arrives()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        var ports = new LivePortRange(1024, 9999);
        NatRule[] rules =
        [
            .. Enum.GetValues<PortMode>().Select(mode => new NatRule { Mode = mode }),
            .. Enum.GetValues<PortMode>().Select(mode => new NatRule { Mode = mode, Ports = ports, Protocol = LiveProtocol.Udp }),
            new NatRule { Source = SourceNat.Snat, SnatLast = IPAddress.Parse("192.0.2.4"), Persistent = true },
            new NatRule { Source = SourceNat.Snat, Ports = ports, Mode = PortMode.FullyRandom },
            new NatRule { Source = SourceNat.TrackOnly, Protocol = LiveProtocol.Udp },
            new NatRule { TwoBackends = true, Protocol = LiveProtocol.Udp },
            new NatRule { TwoBackends = true, Source = SourceNat.None },
        ];
        foreach (NatRule rule in rules)
        {
            LiveCellResult result = session.Run(OneSender(rule));
            LiveRepetition repetition = Assert.Single(result.Repetitions);
            Assert.Equal((1000, 1000, 0), (repetition.Sent, repetition.Delivered, repetition.Counters.Total.InsertFailed));
        }
    }

    [LiveFact(Command = "iptables-restore")]
    public void The_iptables_front_end_gives_the_same_counts_as_nftables()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        LiveCell cell = ComparisonCells.Exhaustion(LiveProtocol.Udp, PortMode.FullyRandom, destinations: 5) with { Repetitions = 1 };
        foreach (RuleFrontEnd frontEnd in new[] { RuleFrontEnd.Iptables, RuleFrontEnd.Nftables, RuleFrontEnd.Iptables })
        {
            LiveRepetition repetition = Assert.Single(session.Run(cell with { Rule = cell.Rule with { FrontEnd = frontEnd } }).Repetitions);
            Assert.Equal((500, 500), (repetition.Delivered, repetition.Counters.Total.InsertFailed));
        }
    }

    /// <summary>As a race does: the rest of the slower one would meet nobody, in a range that is fuller than the race ever saw.</summary>
    [LiveFact(Cpus = 2)]
    public void Senders_that_run_free_end_with_the_first_where_the_plan_says_so()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        LiveCell cell = OneSender(new NatRule { Mode = PortMode.FullyRandom });
        FlowTuple[] many = Flows.Rounds(2, 30_000)[0];
        SendPlan free = cell.Plan with { Senders = [many[..500], many[500..]], UntilTheFirstEnds = true };
        SendPlan[] plans = [free, free with { Pacing = Pacing.Poisson, PacketsPerSecond = 50_000 }];
        foreach (SendPlan plan in plans)
        {
            // Other work may hold either sender up for milliseconds: then the other one is done, and they race again.
            Assert.Contains(Enumerable.Range(0, 20), _ =>
            {
                LiveRepetition repetition = Assert.Single(session.Run(cell with { Plan = plan }).Repetitions);
                long[] sent = [.. repetition.Send.Senders.Select(sender => sender.Sent + sender.Failed)];

                Assert.True(repetition.AddsUp(0.001), $"{repetition.Unaccounted} packets are missing");
                Assert.True(sent[0] == 500 || sent[1] == many.Length - 500, $"{sent[0]} and {sent[1]} packets: neither sender ended");
                return sent[0] == 500 && sent[1] > 0 && sent[1] < many.Length - 500;
            });
        }
    }

    [LiveFact]
    public void However_packets_are_timed_all_of_them_are_sent()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        LiveCell cell = OneSender(new NatRule());
        SendPlan[] plans =
        [
            cell.Plan with { BatchSize = 64 },
            cell.Plan with { BatchSize = 7 },
            cell.Plan with { Pacing = Pacing.Constant, PacketsPerSecond = 50_000 },
            cell.Plan with { Pacing = Pacing.Poisson, PacketsPerSecond = 50_000 },
            cell.Plan with { Lockstep = new LockstepPlan { PacketsPerMeeting = 16 } },
            cell.Plan with { Lockstep = new LockstepPlan { PacketsPerMeeting = 16, MeanDelayNanoseconds = 10_000 } },
        ];
        foreach (SendPlan plan in plans)
        {
            LiveRepetition repetition = Assert.Single(session.Run(cell with { Plan = plan }).Repetitions);
            Assert.Equal((1000, 0, 1000), (repetition.Sent, repetition.Send.Failed, repetition.Delivered));
        }
    }

    [LiveFact(Cpus = 2)]
    public void Exhaustion_lets_exactly_as_many_connections_through_as_there_are_ports()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        foreach (LiveProtocol protocol in Enum.GetValues<LiveProtocol>())
        {
            foreach (PortMode mode in Enum.GetValues<PortMode>())
            {
                foreach (int senders in new[] { 1, 2 })
                {
                    LiveCell cell = ComparisonCells.Exhaustion(protocol, mode, senders, destinations: 5);
                    LiveCellResult result = session.Run(cell with { Repetitions = 2, WarmUps = 0 });
                    Assert.Equal(2, result.Repetitions.Count);
                    Assert.Equal((2000, 1000, 1000), (result.Sent, result.Delivered, result.InsertFailed));
                }
            }
        }
    }

    [LiveFact(Cpus = 2)]
    public void A_race_in_lockstep_loses_exactly_what_insert_failed_counts()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        LiveCell cell = ComparisonCells.Calibration(2000, pairs: 1000) with { Repetitions = 2, Tolerance = 0 };
        LiveCellResult result = session.Run(cell);
        Assert.Empty(result.Dropped);
        Assert.Equal(result.Sent, result.Delivered + result.InsertFailed);
        Assert.All(result.Repetitions, repetition => Assert.InRange(repetition.Counters.Total.InsertFailed, 1, 1000));
        Assert.All(result.Repetitions, repetition => Assert.True(repetition.Counters.PerCpu.Count >= 2));
    }

    [LiveFact(Cpus = 2)]
    public void The_same_udp_tuple_twice_is_merged_where_the_kernel_can_and_dropped_where_it_cannot()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        foreach (bool twoBackends in new[] { false, true })
        {
            var rule = new NatRule { Protocol = LiveProtocol.Udp, TwoBackends = twoBackends };
            LiveCellResult result = session.Run(ComparisonCells.SameTuple(rule, pairs: 500) with { Repetitions = 1 });
            Assert.Equal(result.Sent, result.Delivered + result.InsertFailed);
            Assert.InRange((result.ClashResolve ?? 0) + result.InsertFailed, 1, 500);
        }
    }

    [LiveFact]
    public void Filling_a_range_finds_more_taken_ports_the_fuller_it_is()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        var curve = new FoundCurve { Mode = PortMode.FullyRandom, RangeSize = 256, Destinations = 8, Steps = 4, Repetitions = 1 };
        FoundCurveResult result = curve.Run(session);
        Assert.Equal((2048, 0, 4), (result.Capacity, result.DroppedRepetitions, result.Steps.Count));
        Assert.All(result.Steps, step => Assert.Equal(step.Connections, step.Delivered + step.InsertFailed));
        Assert.Equal(result.Steps.Sum(step => step.Delivered), result.Steps[^1].OccupiedBefore + result.Steps[^1].Delivered);
        Assert.Equal(result.Steps.Select(step => step.Found).Order(), result.Steps.Select(step => step.Found));
    }

    [LiveFact]
    public void The_mapped_ports_are_the_clients_own_by_default_and_of_the_range_otherwise()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        PortDistributionResult kept = new PortDistribution { Mode = PortMode.Default, Connections = 500, Repetitions = 1 }.Run(session);
        Assert.Equal((500, 500), (kept.CountByPort[Flows.ClientPort], kept.Total));

        var random = new PortDistribution
        {
            Mode = PortMode.FullyRandom,
            Ports = new LivePortRange(40000, 40009),
            Connections = 500,
            Repetitions = 2,
        };
        PortDistributionResult spread = random.Run(session);
        Assert.Equal((1000, 1000), (spread.Total, spread.Between(40000, 40009)));
        Assert.Equal(1000, spread.Bins(64).Sum());
    }

    [LiveFact(Command = "conntrack")]
    public void The_conntrack_command_shows_the_same_counters_as_the_file()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        using var counters = new KernelCounters(session.Topology);
        _ = session.Run(ComparisonCells.Exhaustion(LiveProtocol.Udp, PortMode.Default, destinations: 2) with { Repetitions = 1 });
        string text = MachineState.Output("ip", "netns", "exec", session.Topology.RouterNamespace, "conntrack", "-S");
        Assert.Equal(counters.Read().PerCpu, ConntrackStatistics.ParseTool(text));
    }

    [LiveFact]
    public void A_cell_larger_than_the_table_is_refused_before_it_runs()
    {
        using LiveSession session = LiveSession.Open(run.Options with { RaiseSysctls = false });
        int tooMany = int.Parse(MachineState.ConntrackMax) + 1;
        LiveCell cell = ComparisonCells.Saturated(PortMode.Default, 1, connections: tooMany);
        var refused = Assert.Throws<LiveKernelUnavailableException>(() => session.Run(cell));
        Assert.Contains("nf_conntrack_max", refused.Message, StringComparison.Ordinal);
    }

    [LiveFact]
    public void A_cancelled_cell_returns_what_was_complete()
    {
        using LiveSession session = LiveSession.Open(run.Options);
        LiveCellResult result = session.Run(OneSender(new NatRule()), new CancellationToken(canceled: true));
        Assert.True(result.Cancelled);
        Assert.Empty(result.Repetitions);
    }

    private static LiveCell OneSender(NatRule rule) => new()
    {
        Name = "one sender",
        Rule = rule,
        Plan = new SendPlan { Protocol = rule.Protocol, Senders = Flows.Rounds(10, 100) },
        Repetitions = 1,
        WarmUps = 0,
        Tolerance = 0,
    };
}
