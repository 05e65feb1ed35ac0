using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Racing.Race;

[Collection(Alone.Name)]
public class RaceTrialTests
{
    public static TheoryData<string> AllEras => [.. EraCatalog.All.Select(era => era.Name)];

    [Theory]
    [MemberData(nameof(AllEras))]
    public void One_CPU_never_loses_a_race_in_any_era(string era)
    {
        TrialResult result = Run(Workload(era) with { Clients = 4, Connections = 400 }, cpus: 1);

        Assert.Equal(400, result.All.Attempts);
        Assert.Equal(400, result.All.Confirmed);
        Assert.Equal(0, result.All.InsertFailed);
    }

    [Fact]
    public void One_client_with_distinct_ports_never_enters_the_search()
    {
        TrialResult result = Run(Workload("4.14") with { Clients = 1, Connections = 500, SourcePorts = SourcePortChoice.Shared }, cpus: 1);

        Assert.Equal(result.Total.Attempts, result.Probes);
        Assert.Equal(0, result.Found);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("bursts:2us")]
    [InlineData("lockstep:1us")]
    [InlineData("tick:20us")]
    [InlineData("poisson:500000")]
    public void Every_arrival_brings_its_connections_and_proves_its_answer(string arrival)
    {
        TrialResult result = Run(
            Workload("4.14") with
            {
                Clients = 8,
                Connections = 800,
                Arrival = Arrival.Parse(arrival),
                SourcePorts = SourcePortChoice.Shared,
            },
            cpus: 2);

        Assert.Equal(800, result.All.Attempts);
        Assert.Equal(result.Total.Attempts, result.Total.Confirmed + result.Total.InsertFailed);
        Assert.Equal(result.Total.InsertFailed, result.FailedAfterSyn[0]);
        Assert.Equal(result.Total.InsertFailed, result.FailedByClient.Sum());
    }

    [TwoCpuFact]
    public void A_loser_of_a_pair_gets_through_at_its_first_retransmission()
    {
        // Pairs towards fresh destinations: the winner stands when the loser sends again, and nobody else does.
        IReadOnlyList<TrialResult> trials = CountedTrials.Run(Pairs(RaceMode.Default) with { Destinations = 200 }, attempts: 200);

        Assert.Contains(trials, trial => trial.FailedAfterSyn[0] > 0);
        Assert.All(trials.SelectMany(trial => trial.FailedAfterSyn.Skip(1)), again => Assert.Equal(0, again));
    }

    [TwoCpuFact]
    public void Random_starts_of_two_CPUs_meet_as_often_as_chance_has_it()
    {
        // 16 ports, fresh destinations, windows that overlap nearly always: one pair in 16, so one connection in 32.
        RaceWorkload pairs = Pairs(RaceMode.RandomFully) with { Destinations = 4000, Connections = 8000, PortMin = 2000, PortMax = 2015 };
        double random = LosingPairs(pairs);
        double overlap = LosingPairs(pairs with { Mode = RaceMode.Default, Connections = 4000 });

        Assert.InRange(random / overlap, 0.04, 0.09);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("poisson:500000")]
    [InlineData("bursts")]
    public void Connections_are_the_number_asked_for_also_with_fewer_clients_than_CPUs(string arrival)
    {
        TrialResult result = Run(
            Workload("6.12") with { Clients = 1, Connections = 300, Arrival = Arrival.Parse(arrival) }, cpus: 2);

        Assert.Equal(300, result.All.Attempts);
    }

    [Theory]
    [InlineData("bursts")]
    [InlineData("tick:1us")]
    public void Uneven_clients_that_all_fail_are_all_remembered(string arrival)
    {
        TrialResult result = Run(
            Workload("5.10") with
            {
                Clients = 3,
                Connections = 100,
                Occupancy = 1,
                PortMin = 2000,
                PortMax = 2099,
                Arrival = Arrival.Parse(arrival),
            },
            cpus: 2);

        Assert.Equal(result.Total.Attempts, result.Total.FailedExhausted);
        Assert.Equal(0, result.PairDistance.Count);
        Assert.Equal(result.Total.Attempts, result.FailedAfterSyn[^1]);
    }

    [Fact]
    public void A_client_that_runs_out_of_ports_skips_and_does_not_reuse_a_losers_port()
    {
        TrialResult result = Run(
            Workload("4.14") with
            {
                Clients = 2,
                Connections = 40_000,
                WindowAddedNs = 300,
                Arrival = new Arrival.Bursts(0),
                SourcePorts = SourcePortChoice.Shared,
            },
            cpus: 2);

        Assert.Equal(2 * 14_116, result.All.Attempts);
        Assert.Equal(40_000, result.All.Attempts + result.All.Skipped);
    }

    [Fact]
    public void One_port_for_all_clients_reaches_every_pair_of_client_and_destination_once()
    {
        TrialResult result = Run(
            Workload("6.12") with { Clients = 20, Destinations = 30, Connections = 600, SourcePorts = SourcePortChoice.Fixed }, cpus: 2);

        Assert.Equal((600, 0), (result.All.Attempts, result.All.Skipped));
    }

    [TwoCpuFact]
    public void Pairs_in_lockstep_within_a_long_window_collide_in_the_rover_era_and_not_with_random_fully()
    {
        IReadOnlyList<TrialResult> rover = CountedTrials.Run(Pairs(RaceMode.Default), attempts: 200);
        IReadOnlyList<TrialResult> fully = CountedTrials.Run(Pairs(RaceMode.RandomFully), attempts: 200);

        // The windows of a pair overlap unless a CPU is taken away for 20 us; then that pair does not count.
        Assert.InRange(rover.Sum(trial => trial.Total.InsertFailed), 1, rover.Sum(trial => trial.Total.Attempts) / 2);
        Assert.Contains(rover, trial => trial.PairDistance.Count > 0);
        Assert.InRange(fully.Sum(trial => trial.Total.InsertFailed), 0, 2);
    }

    [Fact]
    public void Standing_entries_take_the_clients_ports()
    {
        TrialResult result = Run(Workload("6.12") with { Clients = 4, Connections = 400, Occupancy = 0.6 }, cpus: 1);

        // 38,707 entries whose clients drew from 28,232 ports leave few of those free.
        Assert.True(result.Found > 300, $"found is {result.Found}");
    }

    [Theory]
    [InlineData(FillKind.Self)]
    [InlineData(FillKind.Random)]
    [InlineData(FillKind.Block)]
    public void A_filled_range_is_exhausted_in_every_kind_of_filling(FillKind fill)
    {
        TrialResult result = Run(
            Workload("5.10") with { Clients = 4, Connections = 20, PortMin = 2000, PortMax = 2099, Occupancy = 1, Fill = fill }, cpus: 1);

        Assert.Equal(20, result.All.FailedExhausted);
        Assert.Equal(0, result.All.Confirmed);
    }

    [Theory]
    [InlineData("3.14")]
    [InlineData("4.14")]
    [InlineData("5.15")]
    [InlineData("6.12")]
    public void A_steady_state_stands_at_what_Littles_law_says(string era)
    {
        // 100 connections/s stand 121 s each, if they are inserted; 20,000 connections are 200 s of the virtual clock.
        TrialResult result = Run(Workload(era) with { Clients = 8, Connections = 20_000, ChurnPerSecond = 100 }, cpus: 2);

        Assert.Equal(20_000, result.All.Attempts + result.All.Skipped);
        double stand = 12_100.0 * result.All.Confirmed / result.All.Attempts;
        Assert.InRange(result.Living!.Value, stand * 0.98, stand * 1.02);
    }

    /// <remarks>The collector's run takes a tenth of such a trial, and one is under way when the other worker ends.</remarks>
    [TwoCpuFact]
    public void The_collector_of_a_steady_state_is_no_missing_worker()
    {
        RaceWorkload workload = Workload("4.14") with { Clients = 8, Connections = 50_000, ChurnPerSecond = 100 };

        int quiet = 0;
        for (int trial = 0; trial < 50; trial++)
        {
            TrialOverlap overlap = Run(workload, cpus: 2).Overlap;
            if (overlap.Counts)
            {
                return;
            }

            quiet += overlap.InvoluntarySwitches > 0 ? 0 : 1;
        }

        // A machine with other work: the kernel itself counts that a CPU was taken away in every trial.
        Assert.True(quiet == 0, $"none of 50 trials counts, and in {quiet} of them no CPU was taken away");
    }

    [Fact]
    public void UDP_races_like_TCP()
    {
        TrialResult result = Run(
            Workload("6.12") with { Clients = 4, Connections = 400, Protocol = IPProtocol.Udp, Occupancy = 0.1 }, cpus: 2);

        Assert.Equal(400, result.All.Attempts);
    }

    [Fact]
    public void A_cancelled_trial_has_no_result()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Null(RaceTrial.Run(Workload("6.12"), [CpuSet.Allowed().Cpus[0]], 1, stop.Token));
    }

    [Fact]
    public void Equal_seeds_on_one_CPU_give_equal_results()
    {
        RaceWorkload workload = Workload("6.12") with { Clients = 10, Connections = 1000, Occupancy = 0.3 };
        TrialResult first = Run(workload, cpus: 1);
        TrialResult second = Run(workload, cpus: 1);

        Assert.Equal((first.Probes, first.Found, first.Total.Confirmed), (second.Probes, second.Found, second.Total.Confirmed));
    }

    /// <summary>Share of the pairs that lose one of their two, over trials until enough of them count: other work drops some.</summary>
    private static double LosingPairs(RaceWorkload pairs)
    {
        long attempts = 0;
        long failed = 0;
        for (ulong seed = 7; attempts < pairs.Connections * 3 / 4 && seed < 57; seed++)
        {
            TrialResult result = Run(pairs, cpus: 2, seed);
            attempts += result.Total.Attempts;
            failed += result.Total.InsertFailed;
        }

        return 2.0 * failed / attempts;
    }

    private static RaceWorkload Pairs(RaceMode mode) => Workload("4.14") with
    {
        Mode = mode,
        Clients = 2,
        Connections = 400,
        WindowAddedNs = 20_000,
        Arrival = new Arrival.Lockstep(0),
        SourcePorts = SourcePortChoice.Shared,
    };

    private static RaceWorkload Workload(string era) => new() { Era = EraCatalog.Get(era), Mode = RaceMode.Default };

    /// <summary>Two workers share a CPU where the machine has only one: slower, and never a collision missed by the proof.</summary>
    private static TrialResult Run(RaceWorkload workload, int cpus, ulong seed = 7)
    {
        workload.Validate();
        CpuSet allowed = CpuSet.Allowed();
        return RaceTrial.Run(workload, [.. Enumerable.Range(0, cpus).Select(i => allowed.Cpus[i % allowed.Count])], seed)!;
    }
}
