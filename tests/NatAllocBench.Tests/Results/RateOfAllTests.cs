using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Tests.Results;

public class RateOfAllTests
{
    [Fact]
    public void Dropped_trials_and_what_the_others_left_out_are_counted()
    {
        RaceCell cell = Cell(Overlap([100, 0, 50], [3, 0, 2]), Dropped(Overlap([20], [1])));

        RateOfAll all = RateOfAll.Of(cell)!;

        Assert.Equal(new RateOfAll(3000 + 150 + 1000 + 20, 60 + 5 + 4 + 1, IsComplete: true), all);
        Assert.Equal(70.0 / 4170, all.Rate);
        Assert.Equal((cell.Rate!.Value - all.Rate) / (cell.Rate.Value - cell.RateLow!.Value), all.Shift(cell), 1e-12);
    }

    [Fact]
    public void What_the_gate_aligned_in_a_trial_without_rounds_is_not_counted()
    {
        TrialOverlaps closed = Overlap([100, 0, 50], [3, 0, 2]) with { Rounds = null, DroppedRounds = null };

        Assert.Null(RateOfAll.Of(Cell(closed, null)));
        Assert.Equal(new RateOfAll(4000, 64, IsComplete: true), RateOfAll.Of(Cell(closed, Dropped(closed))));
    }

    [Fact]
    public void A_run_from_before_it_was_kept_has_the_dropped_trials_alone()
    {
        Assert.Equal(new RateOfAll(4000, 64, IsComplete: false), RateOfAll.Of(Cell(Overlap(null, null), Dropped(Overlap(null, null)))));
        Assert.Null(RateOfAll.Of(Cell(Overlap(null, null), null)));
    }

    [Fact]
    public void The_table_counts_the_rates_that_leave_their_interval_at_either_end()
    {
        RaceCell stays = Cell(Overlap([100, 0, 50], [2, 0, 1]), null);
        RaceCell lower = Cell(Overlap([3000, 3000, 3000], [0, 0, 0]), null);
        RaceCell higher = Cell(Overlap([3000, 3000, 3000], [180, 180, 180]), null);
        RunRecord<RaceCell> old = SampleRuns.Race(Cell(Overlap(null, null), null));

        ResultTable table = DroppedTable.Build([SampleRuns.Race(stays, lower, higher, higher), old]);

        IReadOnlyList<string> row = Assert.Single(table.Rows);
        Assert.Equal(["4", "0 %", "3.33 %", "dropped trials and rounds", "1", "2"], row.Skip(1).Take(6));
    }

    [Theory]
    [InlineData(null, "need one another")]
    [InlineData(new[] { 2L, 0, 0 }, "must be from 0 to leftOutAttempts")]
    [InlineData(new[] { 0L, 0, 0 }, "must be 0 where no round was dropped")]
    public void What_cannot_have_been_left_out_is_a_fault(long[]? failed, string fault) => Assert.Contains(
        RunValidator.Check(SampleRuns.Race(Cell(Overlap([1, 1, 1], failed), null)), DateTimeOffset.UtcNow),
        said => said.Contains(fault, StringComparison.Ordinal));

    private static RaceCell Cell(TrialOverlaps overlap, DroppedTrials? dropped)
    {
        RaceCell cell = SampleRuns.Cell("default", [1000, 1000, 1000], [20, 21, 19]);
        return (cell with { Dropped = dropped, PerTrial = cell.PerTrial! with { Overlap = overlap } }).Summarised();
    }

    private static DroppedTrials Dropped(TrialOverlaps overlap) => new()
    {
        NotTogether = 1,
        OtherPlacement = 0,
        Attempts = [1000],
        InsertFailed = [4],
        Overlap = overlap,
    };

    private static TrialOverlaps Overlap(long[]? attempts, long[]? failed) => new()
    {
        Share = [],
        LateNs = [],
        ClockGaps = [],
        LongestGapNs = [],
        Rounds = [100, 100, 100],
        DroppedRounds = [5, 0, 5],
        LeftOutAttempts = attempts,
        LeftOutInsertFailed = failed,
    };
}
