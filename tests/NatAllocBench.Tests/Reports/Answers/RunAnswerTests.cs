using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports.Answers;

public sealed class RunAnswerTests
{
    private static readonly long[] Attempts = [10_000, 10_000, 10_000];

    private static string Section(RunRecord run, string label) =>
        string.Join('\n', RunAnswer.Of(run).SingleOrDefault(section => section.Label == label)?.Lines ?? []);

    [Fact]
    public void Every_era_and_mode_is_named_with_its_share_and_one_in_how_many()
    {
        RaceCell lossy = SampleRuns.Cell("default", Attempts, [340, 350, 366]);
        RunRecord<RaceCell> run = SampleRuns.Race(
            lossy, SampleRuns.Cell("random-fully", Attempts, [0, 0, 0]), lossy with { Era = "6.12" });

        Assert.Equal(
            "Era 4.14: default loses 3.52 % (1 in 28), random-fully none seen.\nEra 6.12: default loses 3.52 % (1 in 28).",
            Section(run, "Answer").Split("\nSpeed")[0]);
    }

    [Fact]
    public void A_mode_that_loses_in_one_workload_only_has_a_range()
    {
        RaceCell lossy = SampleRuns.Cell("default", Attempts, [340, 350, 366]);
        RunRecord<RaceCell> run = SampleRuns.Race(lossy, SampleRuns.Cell("default", Attempts, [0, 0, 0]) with { Clients = 2 });

        Assert.StartsWith("Era 4.14: default none seen to 3.52 % (1 in 28).", Section(run, "Answer"), StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_that_calibrate_a_live_kernel_are_no_answer()
    {
        RaceCell contested = SampleRuns.Cell("default", Attempts, [900, 900, 900]) with { Series = KernelPace.Series };
        RunRecord<RaceCell> run = SampleRuns.Race(contested, SampleRuns.Cell("default", Attempts, [340, 350, 366]));

        Assert.StartsWith("Era 4.14: default loses 3.52 % (1 in 28).", Section(run, "Answer"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_seen_has_its_bound()
    {
        string unseen = Section(SampleRuns.Race(SampleRuns.Cell("random-fully", Attempts, [0, 0, 0])), "Not seen");

        Assert.Contains("Era 4.14 random-fully: no failure in 30,000 connections", unseen, StringComparison.Ordinal);
        double high = FailureRate.Estimate(Attempts, [0, 0, 0]).High;
        Assert.Contains($"at most 1 in {LossText.OneInAtMost(high)}", unseen, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_user_feels_is_the_delay_of_the_worst_row()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]) with
        {
            Delayed = [new(1, 0.029, 0.02, 0.03), new(3, 0.001, 0.0001, 0.002)],
        };

        Assert.EndsWith(
            "Worst here, 4.14 default: 2.90 % of connections wait 1 s, 0.100 % longer.", Section(SampleRuns.Race(cell), "Felt"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_UDP_packet_is_not_sent_again() => Assert.StartsWith(
        "A lost UDP packet is not sent again",
        Section(SampleRuns.Race(SampleRuns.Cell("default", Attempts, [300, 310, 290]) with { Protocol = "udp" }), "Felt"),
        StringComparison.Ordinal);

    [Fact]
    public void One_CPU_is_no_proof_of_no_loss()
    {
        RunRecord<RaceCell> run = SampleRuns.Race(SampleRuns.Cell("default", Attempts, [0, 0, 0]) with { Cpus = 1 });

        Assert.Contains("nothing can race", Section(run, "Not seen"), StringComparison.Ordinal);
        Assert.DoesNotContain("at most 1 in", Section(run, "Not seen"), StringComparison.Ordinal);
        Assert.Contains("nothing can race", MainTables.Of(run)[0].Rows[0][2], StringComparison.Ordinal);
        Assert.Contains("nothing can race", RunReport.Markdown(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_of_the_machine_and_an_early_end_are_part_of_the_answer()
    {
        string warnings = Section(SampleRuns.Race() with { Completed = false }, "Warnings");

        Assert.StartsWith("cut short", warnings, StringComparison.Ordinal);
        Assert.EndsWith("the governor is powersave", warnings, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_that_was_not_measured_is_named_with_its_reason()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]);
        RaceCell missing = cell with { Mode = "rover-interlocked", Rate = null, PerTrial = null, Missing = "this era has no rover" };

        Assert.Equal("Not measured: 4.14 rover-interlocked (this era has no rover).", Section(SampleRuns.Race(cell, missing), "Not seen"));
        Assert.Single(MainTables.Of(SampleRuns.Race(cell, missing))[0].Rows);
    }

    [Fact]
    public void A_run_without_a_figure_says_so()
    {
        RaceCell missing = SampleRuns.Cell("default", Attempts, [340, 350, 366]) with
        {
            Rate = null,
            PerTrial = null,
            Missing = "disturbed: the workers ran together in 1 of 30 rounds only",
        };

        Assert.Equal("No row has a figure.", Section(SampleRuns.Race(missing), "Answer"));
    }

    [Fact]
    public void A_cell_that_only_one_series_lacks_is_named_with_the_series()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]) with { Series = "who loses" };
        RaceCell missing =
            cell with { Series = "what it costs", Rate = null, PerTrial = null, Missing = "disturbed: in 1 of 30 trials only" };
        RaceCell other = missing with { Mode = "random", Missing = "disturbed: in 2 of 30 trials only" };

        Assert.Equal(
            ["Not measured in 'what it costs': 4.14 default (disturbed: the workers seldom ran together).",
                "Not measured: 4.14 random (disturbed: the workers seldom ran together)."],
            Section(SampleRuns.Race(cell, missing, other), "Not seen").Split('\n'));
    }

    [Fact]
    public void Workers_that_did_not_run_together_are_a_warning()
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [300, 310, 290]) with
        {
            Dropped = new DroppedTrials
            {
                NotTogether = 2,
                OtherPlacement = 1,
                Attempts = [1, 1, 1],
                InsertFailed = [0, 0, 0],
                Overlap = new TrialOverlaps { Share = [0.5, 0.5, 1], LateNs = [0, 0, 0], ClockGaps = [1, 1, 0], LongestGapNs = [1, 1, 0] },
            },
        };

        string warnings = Section(SampleRuns.Race(cell), "Warnings");

        Assert.Contains($"workers did not run together in 2 of {cell.Trials + 3} trials", warnings, StringComparison.Ordinal);
        Assert.Contains(
            $"1 of {cell.Trials + 3} trials ran while the host had placed the CPUs otherwise", warnings, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "1 of 1 cells are complete: they have no other outcomes.")]
    [InlineData(false, "0 of 1 cells are complete: nothing is proved.")]
    public void An_exploration_says_how_many_cells_are_proved(bool isComplete, string answer) => Assert.StartsWith(
        answer, Section(SampleRuns.Exploration(SampleRuns.Explored with { Complete = isComplete }), "Answer"), StringComparison.Ordinal);

    [Fact]
    public void Designs_are_named_fastest_first()
    {
        RunRecord<ThroughputCell> run = SampleRuns.Throughput(
            SampleRuns.Design("kernel-locks", 10e6, 11e6, 12e6), SampleRuns.Design("batched", 30e6, 31e6, 32e6));

        Assert.Equal(
            "Era 6.12 default, 2 threads, 20,000 connections, million connections/s: batched 31.0, kernel-locks 11.0.",
            Section(run, "Answer"));
    }

    [Theory]
    [InlineData(0.0352, "28")]
    [InlineData(0.00000581, "170,000")]
    [InlineData(1, "1")]
    [InlineData(0.01, "100")]
    public void One_in_how_many_has_two_digits(double rate, string text) => Assert.Equal(text, LossText.OneIn(rate));

    [Theory]
    [InlineData(0.0000239, "41,000")]
    [InlineData(0.001, "1,000")]
    public void A_bound_is_rounded_to_the_safe_side(double rate, string text) => Assert.Equal(text, LossText.OneInAtMost(rate));
}
