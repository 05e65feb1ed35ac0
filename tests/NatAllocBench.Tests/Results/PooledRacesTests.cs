using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Tests.Results;

public sealed class PooledRacesTests
{
    private static readonly long[] Attempts = [1000, 1000, 1000];

    [Fact]
    public void A_pooled_cell_has_the_trials_of_all_and_its_interval_covers_what_differs_between_processes()
    {
        RaceCell cell = Pool(Cell([20, 21, 20]), Cell([40, 41, 40]), Cell([60, 61, 60]));

        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 2], cell.PerTrial!.Process!);
        Assert.Equal((9000L, 363L), (cell.Attempts, cell.InsertFailed));
        Assert.Equal(FailureRate.ProcessesMethod, cell.RateMethod);
        RateEstimate trialsAlone = FailureRate.Estimate(cell.PerTrial.Attempts, cell.PerTrial.InsertFailed);
        Assert.True(cell.RateHigh - cell.RateLow > 2 * (trialsAlone.High - trialsAlone.Low));
        Assert.Equal(3, FailureRate.Estimate(cell.PerTrial.Attempts, cell.PerTrial.InsertFailed, process: cell.PerTrial.Process).Units);
    }

    [Fact]
    public void The_speed_is_the_median_of_the_processes_medians()
    {
        RaceCell cell = Pool(Cell([1, 1, 1], 1e6), Cell([1, 1, 1], 2e6), Cell([1, 1, 1], 4e6));

        Assert.Equal(3, cell.PerTrial!.ProcessMedians()!.Count);
        Assert.Equal(SampleStatistics.Instance.Median(cell.PerTrial.ProcessMedians()!).Value, cell.ConnectionsPerSecond);
    }

    [Fact]
    public void Processes_that_agree_make_no_interval_narrower_than_their_trials_do()
    {
        RaceCell cell = Pool(Cell([10, 20, 30]), Cell([30, 20, 10]), Cell([20, 10, 30]), Cell([30, 10, 20]));

        RateEstimate trialsAlone = FailureRate.Estimate(cell.PerTrial!.Attempts, cell.PerTrial.InsertFailed);
        Assert.True(cell.RateLow <= trialsAlone.Low && cell.RateHigh >= trialsAlone.High);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-9)]
    [InlineData(1e-12)]
    public void Few_processes_bear_no_interval_at_an_extreme_confidence_and_break_nothing(double error)
    {
        RateEstimate estimate = FailureRate.Estimate([1000, 1000, 1000, 1000], [20, 30, 40, 50], 1 - error, process: [0, 0, 1, 1]);

        Assert.InRange(estimate.Low, 0, estimate.Rate);
        Assert.InRange(estimate.High, estimate.Rate, 1);
    }

    [Fact]
    public void A_process_that_was_placed_otherwise_is_dropped_and_counted()
    {
        RaceCell cell = Pool(Cell([20, 20, 20], pingPong: 52), Cell([90, 90, 90], pingPong: 320), Cell([21, 21, 21], pingPong: 55));

        Assert.Equal([0, 0, 0, 1, 1, 1], cell.PerTrial!.Process!);
        Assert.Equal((3, 270L), (cell.Dropped!.OtherPlacement, cell.Dropped.InsertFailed.Sum()));
        Assert.Equal(3, cell.Dropped.Overlap.Share.Count);
    }

    [Fact]
    public void A_cell_that_was_disturbed_in_most_of_its_processes_has_no_rate()
    {
        RaceCell sound = Cell([20, 21, 20]);
        RaceCell disturbed = sound with
        {
            Rate = null,
            PerTrial = null,
            Missing = "disturbed: the workers ran together in 1 of 12 trials only",
        };

        Assert.Equal(
            "disturbed: the workers ran together in 2 of 4 processes only", Pool(sound, disturbed, sound, disturbed).Missing);
        Assert.Equal(disturbed.Missing, Pool(disturbed).Missing);
        DroppedTrials dropped = new()
        {
            NotTogether = 1,
            OtherPlacement = 0,
            Attempts = [10],
            InsertFailed = [0],
            Overlap = new() { Share = [0.5], LateNs = [20], ClockGaps = [9], LongestGapNs = [4.1e6], InvoluntarySwitches = [1200] },
        };
        Assert.EndsWith(
            "in 1 of 2 processes only (a worker was away for up to 4.1 ms, 1,200 involuntary switches)",
            Pool(sound, disturbed with { Dropped = dropped }).Missing,
            StringComparison.Ordinal);
        Assert.Equal(3, Pool(sound, disturbed, sound, sound).PerTrial!.ProcessRates()!.Count);
        Assert.NotNull(Pool(sound, sound).Rate);
    }

    [Fact]
    public void Windows_counters_and_clients_are_those_of_all_processes()
    {
        RaceCell one = Cell([1, 2, 3]) with
        {
            WindowCurve = [new(0, 100), new(50, 200), new(99, 300), new(100, 400)],
            WindowHistogram = TimeHistogram.Of([(200, 3)]),
            Counters = [new() { InsertFailed = 6, Found = 1 }],
            FailedByClient = [4, 2],
            Delayed = [new(1, 0.002, 0.001, 0.003)],
        };
        RaceCell other = one with
        {
            WindowCurve = [new(0, 500), new(50, 600), new(99, 700), new(100, 800)],
            WindowHistogram = TimeHistogram.Of([(600, 5)]),
        };

        RaceCell cell = Pool(one, other);

        Assert.Equal(400, cell.WindowP50Ns);
        Assert.Equal(8, cell.WindowHistogram!.Counts.Sum());
        Assert.Equal((12L, 2L), (cell.Counters![0].InsertFailed, cell.Counters[0].Found));
        Assert.Equal([8, 4], cell.FailedByClient!);
        Assert.Equal(0.002, Assert.Single(cell.Delayed!).Share, 1e-12);
    }

    [Fact]
    public void A_pooled_run_is_sound()
    {
        RunRecord<RaceCell> run = PooledProcesses.Pool(
            [SampleRuns.Race(Cell([20, 21, 20]), None()), SampleRuns.Race(Cell([30, 31, 30]), None())]);

        Assert.Empty(SchemaCheck.Faults(RunFormat.Write(run)));
        Assert.Empty(RunValidator.Check(run, DateTimeOffset.UtcNow.AddYears(1)));
    }

    [Fact]
    public void A_process_list_that_does_not_fit_is_a_fault()
    {
        RaceCell cell = Pool(Cell([20, 21, 20]), Cell([30, 31, 30]));
        RunRecord<RaceCell> run = SampleRuns.Race(cell with { PerTrial = cell.PerTrial! with { Process = [0, 0, 0, 2, 2, 2] } });

        Assert.Contains(
            RunValidator.Check(run, DateTimeOffset.UtcNow.AddYears(1)),
            fault => fault.Contains("process needs a number", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cell_without_failures_takes_its_bound_from_the_over_dispersion_of_its_neighbours()
    {
        IReadOnlyList<RaceCell> cells = Neighbours.Applied([Cell([5, 60, 10]), None()]);

        double phi = FailureRate.Estimate(Attempts, [5, 60, 10]).Overdispersion!.Value;
        Assert.Equal(phi, cells[1].NeighboursOverdispersion!.Value, 1e-9);
        Assert.Equal(FailureRate.Estimate(Attempts, [0, 0, 0], knownOverdispersion: phi).High, cells[1].RateHigh);
        Assert.Equal(FailureRate.NeighboursMethod, cells[1].RateMethod);
        Assert.Null(cells[0].NeighboursOverdispersion);
        Assert.Null(Neighbours.Applied([None()])[0].NeighboursOverdispersion);
    }

    private static RaceCell Pool(params RaceCell[] cells) =>
        Assert.Single(PooledProcesses.Pool([.. cells.Select(cell => SampleRuns.Race(cell))]).Cells);

    private static RaceCell None() => SampleRuns.Cell("random-fully", Attempts, [0, 0, 0]);

    private static RaceCell Cell(long[] failed, double speed = 2e6, double pingPong = 52)
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, failed, speed);
        TrialOverlaps overlap = new()
        {
            Share = [1, 1, 1],
            LateNs = [0, 0, 0],
            ClockGaps = [0, 0, 0],
            LongestGapNs = [0, 0, 0],
            PingPongNs = [pingPong, pingPong, pingPong],
            ReferenceNs = [6000, 6000, 6000],
            StolenShare = [0, 0, 0],
        };
        return (cell with { PerTrial = cell.PerTrial! with { Overlap = overlap } }).Summarised();
    }
}
