using NatAllocBench.Reports.Answers;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Tests.Repository;

/// <summary>What the published runs must show, read from the runs themselves.</summary>
public class PublishedShowsTests
{
    /// <summary>All published runs, read once.</summary>
    private static readonly Lazy<RunRecord[]> Published = new(() =>
        [.. new ResultsStore(Path.Combine(RepositoryRoot.Path, "results")).RunDirectories().Select(RunFormat.ReadFile)]);

    /// <summary>Of bursts a recorded 4.13.9 lost so much; the band is that of docs/race-and-kernel.md.</summary>
    [Theory]
    [InlineData(10, 0.106)]
    [InlineData(80, 0.179)]
    public void The_rover_era_loses_in_bursts_what_a_real_one_lost(int clients, double real)
    {
        RaceCell cell = PacedCells("4.14", "default").Single(one => one.Clients == clients);

        Assert.StartsWith("bursts", cell.Arrival, StringComparison.Ordinal);
        Assert.True(cell.RateHigh >= 0.7 * real && cell.RateLow <= 1.4 * real, $"{cell.Rate}");
    }

    [Fact]
    public void Every_run_has_an_answer_in_words()
    {
        Assert.NotEmpty(Published.Value);
        Assert.All(Published.Value, run => Assert.Contains(RunAnswer.Of(run), section => section.Label == "Answer"));
    }

    [Fact]
    public void Random_fully_loses_at_least_100_times_less()
    {
        double rover = Pooled(PacedCells("4.14", "default"));

        Assert.True(100 * Pooled(PacedCells("4.14", "random-fully")) <= rover);
    }

    [Fact]
    public void An_interlocked_rover_is_far_below_the_racy_one()
    {
        double rover = Pooled(PacedCells("4.14", "default"));

        Assert.InRange(Pooled(PacedCells("4.14", "rover-interlocked")), 0, rover / 5);
    }

    [Fact]
    public void The_measured_window_without_added_wait_is_below_a_microsecond()
    {
        RaceCell[] cells = [.. Newest("xing-2018").Where(cell => cell is { WindowAddedNs: 0, Missing: null })];

        Assert.NotEmpty(cells);
        Assert.All(cells, cell => Assert.InRange(cell.WindowP50Ns!.Value, 1, 999));
    }

    [Fact]
    public void The_2021_test_loses_about_what_its_repository_says()
    {
        IReadOnlyList<RaceCell> cells = Newest("xing-2021");
        RaceCell rover = cells.Single(cell => cell is { Era: "4.14", Mode: "default" } && cell.Series == cells[0].Series);

        // 2,268 of 101,498 connections.
        Assert.InRange(0.0223, rover.RateLow!.Value * 0.8, rover.RateHigh!.Value * 1.2);
    }

    /// <summary>Why bursts of one rover are not predicted: docs/methodology.md says it of these cells.</summary>
    [Fact]
    public void Processes_of_one_cell_of_bursts_lie_more_than_a_tenth_apart() => Assert.Contains(
        Newest("quick").Concat(Newest("findings-linux")).Where(cell =>
            cell is { Era: "4.14", Mode: "default", Arrival: "bursts:10us", Clients: 40, Cpus: 2, PerTrial: not null }),
        cell =>
        {
            RaceTrials trials = cell.PerTrial!;
            double[] rates =
            [
                .. trials.Process!.Index().GroupBy(one => one.Item, one => one.Index).Select(process =>
                    (double)process.Sum(trial => trials.InsertFailed[trial]) / process.Sum(trial => trials.Attempts[trial])),
            ];
            return rates.Max() > 1.1 * rates.Min();
        });

    /// <summary>What docs/methodology.md says of dropped trials.</summary>
    [Fact]
    public void No_published_rate_leaves_its_interval_when_the_dropped_trials_are_counted()
    {
        RaceCell[] cells = [.. Raced().Where(cell => cell is { Rate: not null, Dropped: not null })];

        Assert.NotEmpty(cells);
        Assert.All(cells, cell => Assert.InRange(
            (double)(cell.InsertFailed!.Value + cell.Dropped!.InsertFailed.Sum()) / (cell.Attempts!.Value + cell.Dropped.Attempts.Sum()),
            cell.RateLow!.Value,
            cell.RateHigh!.Value));
    }

    /// <summary>
    /// And of dropped rounds: a worker was away for a part of them, so they lose less. A rule that hid losses would hide rates above these.
    /// </summary>
    [Fact]
    public void At_most_one_published_rate_in_fifty_is_above_its_interval_when_dropped_rounds_are_counted()
    {
        RaceCell[] cells = [.. Raced().Where(cell => RateOfAll.Of(cell) is not null)];

        Assert.NotEmpty(cells);
        int above = cells.Count(cell => RateOfAll.Of(cell)!.Rate > cell.RateHigh);
        Assert.True(50 * above <= cells.Length, $"{above} of {cells.Length} are above");
    }

    /// <summary>A printed rate is one that the machine prints again, as far as docs/methodology.md says.</summary>
    [Fact]
    public void Of_nine_in_ten_pairs_of_published_rates_of_one_workload_the_intervals_meet()
    {
        (RaceCell One, RaceCell Other)[] pairs =
        [
            .. Raced().Where(cell => cell.Rate is not null)
                .GroupBy(cell => Workload.Of(cell with { Preset = null, Series = null }))
                .SelectMany(same => same.Index().SelectMany(one => same.Skip(one.Index + 1).Select(other => (one.Item, other)))),
        ];
        int apart = pairs.Count(pair => pair.One.RateLow > pair.Other.RateHigh || pair.Other.RateLow > pair.One.RateHigh);

        Assert.True(pairs.Length >= 30, $"{pairs.Length} pairs");
        Assert.True(10 * apart <= pairs.Length, $"{apart} of {pairs.Length} pairs are apart");
    }

    /// <summary>What docs/performance.md says of the dictionary beside the targets of speed.</summary>
    [Fact]
    public void On_one_thread_the_rounds_of_the_dictionary_differ_most_and_only_they_have_collections()
    {
        ThroughputCell dictionary = TargetCell("ConcurrentDictionary", 1);

        Assert.True(dictionary.CollectionsPerRound > 0);
        Assert.All(["kernel-locks", "kernel-locks-fifo", "lock-free", "batched"], design =>
        {
            ThroughputCell cell = TargetCell(design, 1);
            Assert.Equal(0d, cell.CollectionsPerRound);
            Assert.True(cell.Best / cell.ConnectionsPerSecond < dictionary.Best / dictionary.ConnectionsPerSecond);
        });
    }

    /// <summary>Why docs/performance.md has locks in the order of the requests as a design of its own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Locks_of_either_order_are_equally_fast_within_their_intervals(int threads)
    {
        ThroughputCell any = TargetCell("kernel-locks", threads);
        ThroughputCell first = TargetCell("kernel-locks-fifo", threads);

        Assert.True(any.ConnectionsPerSecondLow <= first.ConnectionsPerSecondHigh);
        Assert.True(first.ConnectionsPerSecondLow <= any.ConnectionsPerSecondHigh);
    }

    /// <summary>What docs/methodology.md says of convoys: catching up explains none of the lengths.</summary>
    [Fact]
    public void Catching_up_does_not_explain_the_published_convoys() => Assert.All(
        Published.Value
            .OfType<RunRecord<ScenarioCell>>().Where(run => run.Name == "convoys").MaxBy(run => run.StartedUtc)!.Cells,
        cell =>
        {
            ScenarioFigure lost = cell.Figures.Single(figure => figure.Name == "insert_failed");
            double caught = cell.Figures.Single(figure => figure.Name == "insert_failed from catching up").Measured;
            Assert.False(caught >= lost.Low && caught <= lost.High, $"{caught} is in [{lost.Low}, {lost.High}]");
        });

    [Fact]
    public void Every_preset_that_the_README_names_first_has_a_published_run() =>
        Assert.All(["quick", "xing-2018", "xing-2021"], preset => Assert.NotEmpty(Newest(preset)));

    private static IEnumerable<RaceCell> Raced() => Published.Value.OfType<RunRecord<RaceCell>>().SelectMany(run => run.Cells);

    /// <summary>The first series: a kernel's pace.</summary>
    private static IEnumerable<RaceCell> PacedCells(string era, string mode)
    {
        IReadOnlyList<RaceCell> cells = Newest("xing-2018");
        return cells.Where(cell => cell.Series == cells[0].Series && cell.Era == era && cell.Mode == mode);
    }

    private static double Pooled(IEnumerable<RaceCell> cells) =>
        (double)cells.Sum(cell => cell.InsertFailed!.Value) / cells.Sum(cell => cell.Attempts!.Value);

    private static ThroughputCell TargetCell(string design, int threads) =>
        Published.Value
            .OfType<RunRecord<ThroughputCell>>()
            .Where(run => run.Name == "targets")
            .MaxBy(run => run.StartedUtc)!.Cells.Single(cell => cell.Design == design && cell.Threads == threads);

    private static IReadOnlyList<RaceCell> Newest(string preset) =>
        Published.Value
            .OfType<RunRecord<RaceCell>>()
            .Where(run => run.Preset == preset)
            .MaxBy(run => run.StartedUtc)!.Cells;
}
