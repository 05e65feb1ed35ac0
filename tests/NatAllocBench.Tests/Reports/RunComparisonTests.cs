using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class RunComparisonTests
{
    private static readonly ComparisonOptions Plain = new();
    private static readonly long[] Attempts = [100_000, 100_000, 100_000, 100_000, 100_000];

    [Fact]
    public void A_doubled_failure_rate_is_worse_and_a_halved_one_better()
    {
        RunRecord<RaceCell> low = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [1000, 1010, 990, 1005, 995]));
        RunRecord<RaceCell> high = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [2000, 2020, 1980, 2010, 1990]));

        CellComparison worse = RunComparison.Compare(low, high, Plain).Cells[0];

        Assert.Equal(("insert_failed", Verdict.Worse), (worse.Metric, worse.Verdict));
        Assert.Equal(2, worse.Ratio!.Ratio, 1e-9);
        Assert.Equal(Verdict.Better, RunComparison.Compare(high, low, Plain).Cells[0].Verdict);
    }

    [Fact]
    public void A_rate_of_one_process_has_a_ratio_and_no_verdict()
    {
        RaceCell low = SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995]);
        RaceCell high = SampleRuns.OfProcesses("default", Attempts, [2000, 2020, 1980, 2010, 1990]);

        CellComparison comparison = RunComparison.Compare(SampleRuns.Race(low), SampleRuns.Race(high), Plain).Cells[0];

        Assert.Equal((Verdict.Undecided, "between runs not covered"), (comparison.Verdict, comparison.Remark));
        Assert.Equal(2, comparison.Ratio!.Ratio, 1e-9);
    }

    [Fact]
    public void A_difference_that_is_certain_and_matters_is_told_though_it_may_be_less_than_what_matters()
    {
        CellComparison told = Compared(1.08);
        CellComparison small = Compared(1.045);

        Assert.Equal((Verdict.Better, true, true), (told.Verdict, told.Ratio!.Low > 1, told.Ratio.Low < 1.05));
        // Certain too, but its estimate does not matter.
        Assert.Equal((Verdict.Undecided, true, true), (small.Verdict, small.Ratio!.Low > 1, small.Ratio.High > 1.05));

        static CellComparison Compared(double factor)
        {
            double[] speeds = [9.8e6, 9.9e6, 10e6, 10.1e6, 10.2e6];
            return RunComparison.Compare(
                SampleRuns.Throughput(SampleRuns.Design("batched", speeds)),
                SampleRuns.Throughput(SampleRuns.Design("batched", [.. speeds.Select(speed => speed * factor)])),
                Plain).Cells[0];
        }
    }

    [Fact]
    public void A_higher_speed_is_better()
    {
        RunRecord<ThroughputCell> slow = SampleRuns.Throughput(SampleRuns.Design("batched", 10e6, 10.1e6, 10.2e6, 9.9e6, 9.8e6));
        RunRecord<ThroughputCell> fast = SampleRuns.Throughput(SampleRuns.Design("batched", 12e6, 12.1e6, 12.2e6, 11.9e6, 11.8e6));

        Assert.Equal(Verdict.Better, RunComparison.Compare(slow, fast, Plain).Cells[0].Verdict);
        Assert.Equal(Verdict.Worse, RunComparison.Compare(fast, slow, Plain).Cells[0].Verdict);
        Assert.Equal(Verdict.Same, RunComparison.Compare(fast, fast, Plain).Cells[0].Verdict);
    }

    [Fact]
    public void Speeds_of_paced_clients_are_not_compared()
    {
        RaceCell closed = SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995]);
        RaceCell paced = closed with { Arrival = "tick:320us" };

        Assert.Contains(Metrics(closed), metric => metric == "connections/s");
        Assert.Equal(["insert_failed"], Metrics(paced));

        static IEnumerable<string> Metrics(RaceCell cell) =>
            RunComparison.Compare(SampleRuns.Race(cell), SampleRuns.Race(cell), Plain).Cells.Select(comparison => comparison.Metric);
    }

    [Fact]
    public void Two_threads_on_differently_placed_cpus_stay_undecided()
    {
        ThroughputCell cell = SampleRuns.Design("batched", 10e6, 10.1e6, 10.2e6, 9.9e6, 9.8e6);

        CellComparison comparison = RunComparison.Compare(
            SampleRuns.Throughput(cell), SampleRuns.Throughput(cell with { PingPongNs = 530 }), Plain).Cells[0];

        Assert.Equal(Verdict.Undecided, comparison.Verdict);
        Assert.Equal("CPUs placed differently: ping-pong 125 and 530 ns", comparison.Remark);
    }

    [Fact]
    public void Speeds_of_a_machine_that_ran_at_another_speed_stay_undecided()
    {
        ThroughputCell cell = SampleRuns.Design("batched", 10e6, 10.1e6, 10.2e6, 9.9e6, 9.8e6) with { ReferenceNs = 6000 };

        CellComparison other = RunComparison.Compare(
            SampleRuns.Throughput(cell), SampleRuns.Throughput(cell with { ReferenceNs = 6400 }), Plain).Cells[0];
        CellComparison same = RunComparison.Compare(
            SampleRuns.Throughput(cell), SampleRuns.Throughput(cell with { ReferenceNs = 6200 }), Plain).Cells[0];

        Assert.Equal(
            (Verdict.Undecided, "the machine ran at another speed: reference loop 6,000 and 6,400 ns"), (other.Verdict, other.Remark));
        Assert.Equal(Verdict.Same, same.Verdict);
    }

    [Fact]
    public void Speeds_from_which_the_hypervisor_took_time_stay_undecided()
    {
        ThroughputCell cell = SampleRuns.Design("batched", 10e6, 10.1e6, 10.2e6, 9.9e6, 9.8e6);
        ThroughputCell robbed = cell with { PerRound = cell.PerRound! with { StolenShare = [0, 0.2, 0, 0, 0] } };

        CellComparison comparison = RunComparison.Compare(SampleRuns.Throughput(cell), SampleRuns.Throughput(robbed), Plain).Cells[0];

        Assert.Equal((Verdict.Undecided, "the hypervisor took 4 % of the CPUs' time"), (comparison.Verdict, comparison.Remark));
    }

    [Fact]
    public void Speeds_of_races_get_a_verdict_from_four_processes_a_side_on()
    {
        RaceCell slow = Processes(1e6);
        RaceCell fast = Processes(2e6);

        CellComparison better = Speeds(slow, fast);
        CellComparison three = Speeds(slow, fast with { PerTrial = fast.PerTrial! with { Process = [0, 0, 1, 1, 2] } });

        Assert.Equal(Verdict.Better, better.Verdict);
        Assert.Equal((Verdict.Undecided, "between runs not covered"), (three.Verdict, three.Remark));

        static RaceCell Processes(double speed)
        {
            RaceCell cell = SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995], speed);
            return (cell with { PerTrial = cell.PerTrial! with { Process = [0, 1, 2, 3, 4] } }).Summarised();
        }

        static CellComparison Speeds(RaceCell a, RaceCell b) =>
            RunComparison.Compare(SampleRuns.Race(a), SampleRuns.Race(b), Plain).Cells.Single(c => c.Metric == "connections/s");
    }

    [Fact]
    public void No_failures_on_either_side_are_undecided_unless_both_bounds_lie_below_the_noise_floor()
    {
        RunRecord<RaceCell> none = SampleRuns.Race(SampleRuns.OfProcesses("random-fully", Attempts, [0, 0, 0, 0, 0]));

        Assert.Equal(Verdict.Undecided, RunComparison.Compare(none, none, Plain).Cells[0].Verdict);
        Assert.Equal(Verdict.Same, RunComparison.Compare(none, none, Plain with { RateNoiseFloor = 1e-5 }).Cells[0].Verdict);
    }

    [Fact]
    public void Failures_against_none_are_worse_the_ratio_is_a_bound_and_the_difference_is_shown()
    {
        RunRecord<RaceCell> none = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [0, 0, 0, 0, 0]));
        RunRecord<RaceCell> some = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [200, 202, 198, 201, 199]));

        CellComparison worse = RunComparison.Compare(none, some, Plain).Cells[0];
        Assert.Equal(Verdict.Worse, worse.Verdict);
        Assert.Equal(some.Cells[0].RateLow / none.Cells[0].RateHigh, worse.Ratio!.Low);
        (double low, double high) = (Rate(some, 0.975).Low - Rate(none, 0.975).High, Rate(some, 0.975).High);
        Assert.Equal((low, high), (worse.Ratio.DifferenceLow!.Value, worse.Ratio.DifferenceHigh!.Value));
        Assert.Contains(Points(low, high), ComparisonTable.Build([worse]).Rows[0]);
        CellComparison better = RunComparison.Compare(some, none, Plain).Cells[0];
        Assert.Equal(Verdict.Better, better.Verdict);
        Assert.Contains(Points(-high, -low), ComparisonTable.Build([better]).Rows[0]);

        static string Points(double low, double high) => $"B - A: {Figures.Significant(100 * low)} to {Figures.Significant(100 * high)} %";

        static RateEstimate Rate(RunRecord<RaceCell> run, double confidence) =>
            FailureRate.Estimate(run.Cells[0].PerTrial!.Attempts, run.Cells[0].PerTrial!.InsertFailed, confidence);
    }

    [Fact]
    public void None_among_clustering_neighbours_is_a_weaker_base_than_none_alone()
    {
        RaceCell none = SampleRuns.OfProcesses("default", Attempts, [0, 0, 0, 0, 0]);
        RunRecord<RaceCell> some = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [200, 202, 198, 201, 199]));

        RatioEstimate alone = RunComparison.Compare(SampleRuns.Race(none), some, Plain).Cells[0].Ratio!;
        RunRecord<RaceCell> among = SampleRuns.Race(none with { NeighboursOverdispersion = 20 });
        RatioEstimate clustered = RunComparison.Compare(among, some, Plain).Cells[0].Ratio!;

        Assert.Equal(alone.Low!.Value / 20, clustered.Low!.Value, alone.Low.Value * 0.01);
        Assert.True(clustered.DifferenceLow < alone.DifferenceLow);
    }

    [Fact]
    public void Three_processes_a_side_are_too_few_for_a_verdict_on_a_speed_and_rounds_of_one_are_none()
    {
        RunRecord<ThroughputCell> slow = SampleRuns.Throughput(SampleRuns.Design("batched", 1e6, 1.1e6, 1.2e6));
        RunRecord<ThroughputCell> fast = SampleRuns.Throughput(SampleRuns.Design("batched", 5e6, 5.1e6, 5.2e6));

        CellComparison comparison = RunComparison.Compare(slow, fast, Plain).Cells[0];

        Assert.Equal((Verdict.Undecided, "between runs not covered"), (comparison.Verdict, comparison.Remark));
        Assert.Equal(4.64, comparison.Ratio!.Ratio, 0.01);
        Assert.Null(comparison.Ratio.Low);

        ThroughputCell many = SampleRuns.Design("batched", [.. Enumerable.Range(0, 20).Select(i => 1e6 + i)]);
        ThroughputCell oneProcess = many with { PerRound = many.PerRound! with { Process = null } };
        CellComparison rounds = RunComparison.Compare(SampleRuns.Throughput(many), SampleRuns.Throughput(oneProcess), Plain).Cells[0];
        Assert.Equal((Verdict.Undecided, "between runs not covered"), (rounds.Verdict, rounds.Remark));
    }

    [Fact]
    public void Cells_without_a_partner_are_listed()
    {
        RaceCell shared = SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995]);

        RunComparison comparison = RunComparison.Compare(
            SampleRuns.Race(shared, shared with { Mode = "random" }), SampleRuns.Race(shared, shared with { Clients = 80 }), Plain);

        Assert.All(comparison.Cells, c => Assert.Equal(Workload.Of(shared), c.Workload));
        Assert.Contains("mode=random", Assert.Single(comparison.OnlyInFirst).ToString(), StringComparison.Ordinal);
        Assert.Contains("clients=80", Assert.Single(comparison.OnlyInSecond).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Releases_of_a_live_kernel_are_partners()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995]) with { System = "linux-6.1.0" };

        Assert.NotEmpty(RunComparison.Compare(SampleRuns.Race(cell), SampleRuns.Race(cell with { System = "linux-6.18.44" }), Plain).Cells);
    }

    [Fact]
    public void Different_work_is_refused_unless_asked_for()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [1000, 1010, 990, 1005, 995]);
        RunRecord<RaceCell> two = SampleRuns.Race(cell);
        RunRecord<RaceCell> one = SampleRuns.Race(cell with { Cpus = 1 });
        RunRecord<RaceCell> more = two with { Options = new Dictionary<string, string> { ["connections"] = "9" } };

        Assert.Contains("no workload in common", Refusal(two, one), StringComparison.Ordinal);
        Assert.Contains("--connections is not set and 9", Refusal(two, more), StringComparison.Ordinal);
        Assert.Contains("schema versions 1 and 2", Refusal(two, two with { SchemaVersion = 2 }), StringComparison.Ordinal);
        Assert.Contains("different things", Refusal(two, SampleRuns.Throughput()), StringComparison.Ordinal);
        Assert.Contains("two cells of one run", Refusal(two, SampleRuns.Race(cell, cell)), StringComparison.Ordinal);
        CellComparison across = RunComparison.Compare(two, one, Plain with { Across = new HashSet<string> { "cpus" } }).Cells[0];
        Assert.Null(across.Workload.Parameters.FirstOrDefault(p => p.Key == "cpus").Value);
    }

    private static string Refusal(RunRecord first, RunRecord second) =>
        Assert.Throws<RunFormatException>(() => RunComparison.Compare(first, second, Plain)).Message;
}
