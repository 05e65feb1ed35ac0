using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Racing.Race;

[Collection(Alone.Name)]
public class OverlapTests
{
    private const int EnoughAttempts = 800;

    [Fact]
    public void Workers_that_run_all_the_time_share_all_of_it() =>
        Assert.Equal(1, SharedTime.Of([(1000, 2000, Watch()), (1000, 2000, Watch())]));

    [Fact]
    public void Time_before_the_last_start_and_after_the_first_end_is_not_shared() =>
        Assert.Equal(0.7, SharedTime.Of([(1000, 1900, Watch()), (1200, 2000, Watch())]), 1e-9);

    [Fact]
    public void Workers_that_never_met_share_nothing() =>
        Assert.Equal(0, SharedTime.Of([(1000, 2000, Watch()), (2500, 3500, Watch())]));

    [Fact]
    public void Gaps_of_several_workers_that_overlap_are_missed_once()
    {
        ulong gap = TickClock.FromNanoseconds(ClockWatch.InterruptNs);
        ulong end = 10 * gap;
        double share = SharedTime.Of([(0, end, Watch((gap, 3 * gap))), (0, end, Watch((2 * gap, 4 * gap)))]);

        Assert.Equal(0.7, share, 1e-6);
    }

    [Fact]
    public void Timer_interrupts_of_the_machine_are_not_missed_time()
    {
        ulong tick = TickClock.FromNanoseconds(ClockWatch.InterruptNs / 2);
        double share = SharedTime.Of([(0, 10 * tick, Watch((tick, 2 * tick))), (0, 10 * tick, Watch((5 * tick, 6 * tick)))]);

        Assert.Equal(1, share);
    }

    [Fact]
    public void A_gap_is_a_time_that_the_work_does_not_explain()
    {
        var watch = new ClockWatch(workNs: 1000);
        ulong limit = TickClock.FromNanoseconds(ClockWatch.GapNs + 1000);
        watch.Start(0);

        Assert.False(watch.IsLong(limit));
        Assert.True(watch.IsLong(limit + 1));
        watch.Note(limit + 100, explainedTicks: 200);
        Assert.Equal(0, watch.Count);
        watch.Note(limit + 100, explainedTicks: 50);
        Assert.Equal((1, limit + 100), (watch.Count, watch.LongestTicks));
    }

    /// <summary>Longer rounds meet more interrupts: dropping those would drop what made them long.</summary>
    [Fact]
    public void A_worker_was_away_for_gaps_longer_than_an_interrupt()
    {
        var watch = new ClockWatch(workNs: 0);
        ulong interrupt = TickClock.FromNanoseconds(ClockWatch.InterruptNs);
        watch.Start(0);
        watch.Look(interrupt);
        Assert.Equal((1, 0UL), (watch.Count, watch.AwayTicks));
        watch.Look((2 * interrupt) + 1);
        Assert.Equal((2, interrupt + 1), (watch.Count, watch.AwayTicks));
    }

    [Fact]
    public void A_round_counts_if_no_worker_missed_a_twentieth_of_it()
    {
        var book = new RoundBook(2);
        book.Write(0, 0, missingTicks: 50, lengthTicks: 900);
        book.Write(1, 0, missingTicks: 0, lengthTicks: 1000);
        book.Write(0, 1, missingTicks: 51, lengthTicks: 900);
        book.Write(1, 1, missingTicks: 0, lengthTicks: 1000);

        Assert.True(book.Counts(0));
        Assert.False(book.Counts(1));
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("poisson:500000")]
    public void The_pair_that_the_gate_aligned_does_not_count(string arrival)
    {
        TrialResult result = Run(Workload() with { Arrival = Arrival.Parse(arrival), Connections = 600 });

        Assert.True(result.LeftOut.Attempts >= 2, $"{result.LeftOut.Attempts} left out");
        Assert.Equal(600, result.All.Attempts);
    }

    [Fact]
    public void What_does_not_count_is_in_none_of_the_figures()
    {
        TrialResult result = Run(Workload() with { Arrival = new Arrival.Bursts(2000), WindowAddedNs = 500, Connections = 2000 });

        Assert.Equal(2000, result.All.Attempts);
        Assert.Equal(result.Total.InsertFailed, result.FailedByClient.Sum());
        Assert.Equal(result.Total.InsertFailed, result.FailedAfterSyn[0]);
        Assert.Equal(result.Total.InsertFailed, result.Counters.Sum(cpu => (long)cpu.InsertFailed));
        Assert.True(result.PairDistance.Count <= result.Total.InsertFailed);
        Assert.Equal(250, result.Overlap.Rounds);
        Assert.Equal(result.LeftOut.Attempts, 8L * result.Overlap.DroppedRounds);
    }

    [Fact]
    public void Two_workers_on_one_CPU_never_pass_for_a_race()
    {
        int cpu = CpuSet.Allowed().Cpus[0];
        TrialResult closed = RaceTrial.Run(Workload() with { Connections = 4000 }, [cpu, cpu], seed: 3)!;
        TrialResult bursts = RaceTrial.Run(Workload() with { Arrival = new Arrival.Bursts(0) }, [cpu, cpu], seed: 3)!;

        Assert.False(closed.Overlap.Counts);
        Assert.True(bursts.Overlap.DroppedRounds > bursts.Overlap.Rounds / 2, $"{bursts.Overlap.DroppedRounds} of {bursts.Overlap.Rounds}");
    }

    [TwoCpuFact]
    public void Windows_of_losers_are_recorded_too()
    {
        // Every connection fails: the only windows there are, are those of losers. One connection in sixteen has one.
        RaceWorkload full = Workload() with
        {
            Era = EraCatalog.Get("5.10"),
            Connections = 800,
            Occupancy = 1,
            PortMin = 2000,
            PortMax = 2099,
            Arrival = new Arrival.Bursts(0),
        };
        IReadOnlyList<TrialResult> trials = CountedTrials.Run(full, EnoughAttempts);

        Assert.All(trials, trial => Assert.Equal(0, trial.All.Confirmed));
        Assert.InRange(trials.Sum(trial => trial.Window.Count), 1, trials.Sum(trial => trial.Total.Attempts) / 4);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(0)]
    public void Path_time_is_spent_before_the_port_is_chosen(double pathNs)
    {
        TrialResult result = RaceTrial.Run(
            Workload() with { PathTimeNs = pathNs, Connections = 400 }, [CpuSet.Allowed().Cpus[0]], seed: 5)!;

        Assert.True(result.ConnectionsPerSecond <= 1e9 / Math.Max(1, pathNs));
        Assert.True(result.Window.ToHistogram().P50Ns < 20_000);
    }

    private static RaceWorkload Workload() => new()
    {
        Era = EraCatalog.Get("4.14"),
        Mode = RaceMode.Default,
        Clients = 8,
        Connections = 800,
        SourcePorts = SourcePortChoice.Shared,
    };

    private static ClockWatch Watch(params (ulong From, ulong To)[] gaps)
    {
        var watch = new ClockWatch(workNs: 0);
        foreach ((ulong from, ulong to) in gaps)
        {
            watch.Start(from);
            watch.Note(to, 0);
        }

        return watch;
    }

    private static TrialResult Run(RaceWorkload workload)
    {
        workload.Validate();
        CpuSet allowed = CpuSet.Allowed();
        return RaceTrial.Run(workload, [allowed.Cpus[0], allowed.Cpus[1 % allowed.Count]], seed: 7)!;
    }
}
