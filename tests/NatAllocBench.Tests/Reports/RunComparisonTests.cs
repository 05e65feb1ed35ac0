using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class RunComparisonTests
{
    private static readonly ComparisonOptions Plain = SampleRuns.Steady;
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

    /// <summary>A spread of 4 % of each run is one of 5.7 % of a ratio, 11.6 % at the 95 % level with 29 degrees of freedom.</summary>
    [Fact]
    public void Intervals_of_runs_at_different_times_contain_what_these_differ_by()
    {
        RunRecord<ThroughputCell> slow = SampleRuns.Throughput(SampleRuns.Design("batched", 10e6, 10e6, 10e6, 10e6));
        RunRecord<ThroughputCell> fast = SampleRuns.Throughput(SampleRuns.Design("batched", 11e6, 11e6, 11e6, 11e6));
        RunRecord<RaceCell> low = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [1000, 1010, 990, 1005, 995]));
        RunRecord<RaceCell> high = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, [1100, 1111, 1089, 1106, 1094]));
        ComparisonOptions apart = Plain with { Timing = SampleRuns.Spread(0.04) };

        CellComparison speed = RunComparison.Compare(slow, fast, apart).Cells[0];
        CellComparison rate = RunComparison.Compare(low, high, apart).Cells[0];

        Assert.Equal((Verdict.Better, Verdict.Worse), (Of(slow, fast), Of(low, high)));
        Assert.Equal((Verdict.Undecided, Verdict.Undecided), (speed.Verdict, rate.Verdict));
        Assert.Equal(0.1157, Math.Log(1.1 / speed.Ratio!.Low!.Value), 0.001);
        Assert.Equal(0.1157, Math.Log(speed.Ratio.High!.Value / 1.1), 0.001);
        RatioEstimate alone = RunComparison.Compare(low, high, Plain).Cells[0].Ratio!;
        Assert.Equal(
            Math.Sqrt(Math.Pow(Math.Log(1.1 / alone.Low!.Value), 2) + Math.Pow(0.1157, 2)), Math.Log(1.1 / rate.Ratio!.Low!.Value), 0.001);

        static Verdict Of(RunRecord a, RunRecord b) => RunComparison.Compare(a, b, Plain).Cells[0].Verdict;
    }

    /// <summary>A rate that is spread as another kind is would get no verdict here: only its own kind is known.</summary>
    [Theory]
    [InlineData("model", "6.12", FigureKind.RaceRate)]
    [InlineData("model", "6.1-lts", FigureKind.RaceRate)]
    [InlineData("linux-6.18.44", "6.18", FigureKind.RaceRate)]
    [InlineData("model", "4.14", FigureKind.RoverRate)]
    [InlineData("openbsd", "7.6", FigureKind.RoverRate)]
    public void Rates_spread_as_those_of_their_kind(string system, string era, string kind)
    {
        TimeSpread[] known = [new(kind, 0, 30)];
        RaceCell low = SampleRuns.OfProcesses("default", Attempts, [1000, 1010, 990, 1005, 995]) with { System = system, Era = era };
        RaceCell high = SampleRuns.OfProcesses("default", Attempts, [2000, 2020, 1980, 2010, 1990]) with { System = system, Era = era };

        CellComparison comparison = RunComparison.Compare(
            SampleRuns.Race(low), SampleRuns.Race(high), Plain with { Timing = RunTiming.Apart(known, known) }).Cells[0];

        Assert.Equal((Verdict.Worse, null), (comparison.Verdict, comparison.Remark));
    }

    [Fact]
    public void Sides_in_turns_are_compared_as_neighbours_unless_one_of_them_lacks_a_process()
    {
        double[] speeds = [10e6, 14e6, 11e6, 13e6, 12e6];
        RunRecord<ThroughputCell> first = SampleRuns.Throughput(SampleRuns.Design("batched", speeds));
        RunRecord<ThroughputCell> second = SampleRuns.Throughput(
            SampleRuns.Design("batched", [.. speeds.Select((speed, i) => speed * (1.1 + (0.001 * i)))]));
        RunRecord<ThroughputCell> lacking = SampleRuns.Throughput(
            SampleRuns.Design("batched", [.. speeds[..4].Select(speed => speed * 1.1)]));
        ComparisonOptions turns = Plain with { Timing = RunTiming.InTurns };

        CellComparison neighbours = RunComparison.Compare(first, second, turns).Cells[0];

        Assert.Equal(Verdict.Better, neighbours.Verdict);
        // The mean and Student's interval of the logarithms, four degrees of freedom.
        double[] logs = [.. Enumerable.Range(0, 5).Select(i => Math.Log(1.1 + (0.001 * i)))];
        double deviation = Math.Sqrt(logs.Sum(log => (log - logs.Average()) * (log - logs.Average())) / 4);
        Assert.Equal(logs.Average(), Math.Log(neighbours.Ratio!.Ratio), 1e-9);
        Assert.Equal(2.7764 * deviation / Math.Sqrt(5), Math.Log(neighbours.Ratio.High!.Value / neighbours.Ratio.Ratio), 1e-5);
        Assert.Equal(Verdict.Undecided, RunComparison.Compare(first, second, Plain).Cells[0].Verdict);
        Assert.Equal(
            RunComparison.Compare(first, lacking, Plain).Cells[0].Ratio, RunComparison.Compare(first, lacking, turns).Cells[0].Ratio);
    }

    [Fact]
    public void Rates_of_sides_in_turns_are_compared_as_neighbours_too()
    {
        long[] failed = [1000, 1400, 1100, 1300, 1200];
        RunRecord<RaceCell> first = SampleRuns.Race(SampleRuns.OfProcesses("default", Attempts, failed));
        RunRecord<RaceCell> second = SampleRuns.Race(
            SampleRuns.OfProcesses("default", Attempts, [.. failed.Select((lost, i) => (lost * 11 / 10) + i)]));

        Assert.Equal(Verdict.Worse, RunComparison.Compare(first, second, Plain with { Timing = RunTiming.InTurns }).Cells[0].Verdict);
        Assert.Equal(Verdict.Undecided, RunComparison.Compare(first, second, Plain).Cells[0].Verdict);
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
