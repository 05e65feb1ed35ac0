using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class ErrorCounterTests : IDisposable
{
    private static readonly long[] Attempts = [.. Enumerable.Repeat(100_000L, 8)];
    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Equal_runs_give_no_false_verdict_and_a_side_with_a_tenth_more_work_is_found()
    {
        ErrorCount[] counts = Turns(Pair(
            new(FigureKind.RaceSpeed, Race(5e6), Race(5e6), Race(5e6 / 1.1)),
            new(FigureKind.RoverRate, Race(5e6), Race(5e6), Race(5e6, failures: 11_000)),
            new(FigureKind.TwoThreads, Throughput(5e6), Throughput(5e6), Throughput(5e6 / 1.1))));

        Assert.Equal([FigureKind.RaceSpeed, FigureKind.RoverRate, FigureKind.TwoThreads, ErrorCount.Family], counts.Select(c => c.Figure));
        Assert.All(counts[..3], count =>
        {
            Assert.Equal((1, 1, 0, 0, 1), (count.Pairs, count.Comparisons, count.NotJudged, count.FalseVerdicts, count.Same));
            Assert.Equal((1, 1), (count.Injected, count.Found));
            Assert.Equal(0.1, count.PutIn!.Value, 0.001);
        });
        // All three together raise no false alarm, and one where work was added.
        Assert.Equal(
            (1, 0, 0, 1, 1), (counts[3].Comparisons, counts[3].NotJudged, counts[3].FalseVerdicts, counts[3].Injected, counts[3].Found));
    }

    [Fact]
    public void The_difference_that_would_be_found_is_the_one_that_moves_nine_of_ten_intervals_beyond_1()
    {
        MeasuredPair equal = Pair(new MeasuredPair.Sides(FigureKind.TwoThreads, Throughput(5e6), Throughput(5e6), Throughput(5e6)));
        MeasuredPair scattered = Pair(new MeasuredPair.Sides(FigureKind.TwoThreads, Throughput(5e6), Scattered(), Scattered()));

        ErrorCount one = Turns(equal)[0];
        ErrorCount two = Turns(equal, scattered)[0];

        Assert.Equal(0.05, one.FoundFrom!.Value, 0.001);
        Assert.Equal((0, 0), (one.Found, two.Found));
        // Of four neighbours one is a fifth faster: a mean of 4.56 % in logarithms, and Student's 3.18 standard errors of as much.
        Assert.Equal(Math.Exp(4.182 * Math.Log(1.2) / 4) - 1, two.FoundFrom!.Value, 0.001);
    }

    [Fact]
    public void A_difference_between_equal_runs_is_a_false_verdict_and_a_gated_one_none()
    {
        RunRecord<ThroughputCell> fast = Throughput(6e6);
        RunRecord<ThroughputCell> elsewhere = Throughput(5e6) with
        {
            Cells = [.. Throughput(5e6).Cells.Select(c => c with { PingPongNs = 500 })],
        };

        ErrorCount[] counts = Turns(
            Pair(new MeasuredPair.Sides(FigureKind.TwoThreads, fast, Throughput(5e6), Throughput(5e6))),
            Pair(new MeasuredPair.Sides(FigureKind.TwoThreads, fast, elsewhere, elsewhere)));

        Assert.Equal((2, 2, 1, 1), (counts[0].Pairs, counts[0].Comparisons, counts[0].NotJudged, counts[0].FalseVerdicts));
        Assert.Equal((1, 1), (counts[0].Injected, counts[0].Found));
        Assert.Equal(1, counts[0].FalseShare()!.Value.Share);
        // Slower code is what a gate looks for: a false alarm of the one pair that can be judged.
        Assert.Equal((1, 1), (counts[1].NotJudged, counts[1].FalseVerdicts));
    }

    [Fact]
    public void Runs_one_after_the_other_are_judged_by_the_spread_of_all_pairs_but_their_own()
    {
        var counter = new ErrorCounter(new ComparisonOptions(), 0.1);
        for (int pair = 0; pair < 6; pair++)
        {
            // The machine changed once in all this time.
            RunRecord<ThroughputCell> second = Throughput(pair == 5 ? 4e6 : 5e6);
            counter.Add(Pair(new MeasuredPair.Sides(FigureKind.TwoThreads, Throughput(5e6), second, second)));
        }

        ErrorCount row = counter.Counts().First(count => count.Order == ErrorCount.InTurn);
        TimeSpread between = Assert.Single(counter.Between());

        // Its own change would have made the interval of that pair wide enough to hide it.
        Assert.Equal((6, 0, 1), (row.Comparisons, row.NotJudged, row.FalseVerdicts));
        Assert.Equal((FigureKind.TwoThreads, 6), (between.Figure, between.Pairs));
        // Twelve runs, one of which is lower by ln 1.25.
        Assert.Equal(Math.Log(1.25) / Math.Sqrt(12), between.Deviation, 1e-4);
    }

    [Fact]
    public void Fewer_pairs_than_show_what_lies_between_times_judge_none_of_two_runs()
    {
        var counter = new ErrorCounter(new ComparisonOptions(), 0.1);
        counter.Add(Pair(new MeasuredPair.Sides(FigureKind.TwoThreads, Throughput(5e6), Throughput(5e6), Throughput(5e6))));

        ErrorCount row = counter.Counts().First(count => count.Order == ErrorCount.InTurn);

        Assert.Equal((1, 1), (row.Comparisons, row.NotJudged));
        Assert.Empty(counter.Between());
    }

    [Fact]
    public void What_was_counted_is_found_again_by_the_machine_and_printed_by_its_comparisons()
    {
        ComparisonErrors errors = Errors();
        RunRecord<RaceCell> run = Race(5e6);
        string before = Header(run);

        string file = ComparisonErrorsFile.Write(new ResultsStore(_root), run.Machine, errors);

        Assert.Contains(ErrorTable.NoSpread, before, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_root, MachineIdentity.Of(run.Machine), ComparisonErrors.FileName), file);
        Assert.Equal(errors.Counts, ComparisonErrorsFile.Find([_root], run.Machine)!.Counts);
        string turns = Header(run, RunTiming.InTurns);
        Assert.Contains(
            "whose processes took turns: race speed 2.50 % (3 of 120), finds a difference of 10.2 % in 91.7 %", turns,
            StringComparison.Ordinal);
        // Too low a power says what it would be enough for.
        Assert.Contains(
            "race rate 2.50 % (3 of 120), finds a difference of 9.80 % in 50.0 % and one of 17.0 % or more in 90 %", turns,
            StringComparison.Ordinal);
        Assert.Contains("all together (--fail-on worse) 3.33 % (1 of 30)", turns, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_miss_their_target_are_named_with_what_they_reached()
    {
        ComparisonErrors some = Errors();
        ComparisonErrors none = some with { Counts = [some.Counts[0], some.Counts[^1]] };
        ComparisonErrors more = some with { Counts = [some.Counts[0] with { FalseVerdicts = 12, Order = ErrorCount.Later }] };

        Assert.EndsWith("Missed: race rate, A B B A, found 50.0 %.", ErrorTable.Targets(some), StringComparison.Ordinal);
        Assert.EndsWith("All are reached.", ErrorTable.Targets(none), StringComparison.Ordinal);
        Assert.EndsWith("Missed: race speed, A A, later B B, false 10.0 %.", ErrorTable.Targets(more), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_are_told_what_was_counted_of_those_that_are_farthest_apart()
    {
        RunRecord<RaceCell> run = Race(5e6);
        ComparisonErrors turns = Errors();
        ErrorCount[] apart = [.. turns.Counts.Select(c => c with { Order = ErrorCount.InTurn, FalseVerdicts = 6 })];
        ErrorCount[] later = [.. turns.Counts.Select(c => c with { Order = ErrorCount.Later, FalseVerdicts = 12 })];

        string after = Stored([.. turns.Counts, .. apart]);
        string minutes = Stored([.. turns.Counts, .. apart, .. later]);

        Assert.Contains("one run after the other: race speed 5.00 % (6 of 120)", after, StringComparison.Ordinal);
        Assert.Contains("one run minutes after the other: race speed 10.0 % (12 of 120)", minutes, StringComparison.Ordinal);
        Assert.DoesNotContain("(3 of 120)", after + minutes, StringComparison.Ordinal);
        ResultTable table = ErrorTable.Build(ComparisonErrorsFile.Find([_root], run.Machine)!);
        Assert.Equal(["A B B A", "A A B B", "A A, later B B"], table.Rows.Select(row => row[1]).Distinct());
        Assert.Equal(["-", "3.00 %", "3.00 %"], table.Rows.Where(row => row[0] == "race speed").Select(row => row[7]));

        string Stored(IReadOnlyList<ErrorCount> counts)
        {
            _ = ComparisonErrorsFile.Write(new ResultsStore(_root), run.Machine, turns with { Counts = counts });
            return Header(run);
        }
    }

    [Fact]
    public void What_was_counted_by_another_rule_is_not_told_of_the_present_one()
    {
        RunRecord<RaceCell> run = Race(5e6);
        ComparisonErrors old = Errors() with { Rule = null };
        _ = ComparisonErrorsFile.Write(new ResultsStore(_root), run.Machine, old);

        Assert.Contains(ErrorTable.OtherRule, Header(run), StringComparison.Ordinal);
        Assert.Contains(ErrorTable.OtherRule, Header(run, RunTiming.InTurns), StringComparison.Ordinal);
        Assert.DoesNotContain("race speed 2.50 %", Header(run), StringComparison.Ordinal);
        Assert.Contains("another rule", ErrorTable.Build(old).Caption, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("[1]")]
    public void A_malformed_count_is_refused(string text)
    {
        string file = Path.Combine(_root, "errors.json");
        File.WriteAllText(file, text);

        Assert.Contains(file, Assert.Throws<RunFormatException>(() => ComparisonErrorsFile.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_that_contradict_each_other_or_belong_to_another_machine_are_refused()
    {
        var store = new ResultsStore(_root);
        MachineFacts machine = SampleRuns.Machine;
        string file = ComparisonErrorsFile.Write(
            store, machine, Errors() with { Counts = [new ErrorCount("race speed", 1, 2, 1, 2, 0, 0, 0)] });
        _ = Assert.Throws<RunFormatException>(() => ComparisonErrorsFile.Read(file));

        _ = ComparisonErrorsFile.Write(store, machine, Errors() with { Between = [new TimeSpread("race speed", -1, 30)] });
        _ = Assert.Throws<RunFormatException>(() => ComparisonErrorsFile.Read(file));

        _ = ComparisonErrorsFile.Write(store, machine, Errors() with { Fingerprint = "000000" });
        _ = Assert.Throws<RunFormatException>(() => ComparisonErrorsFile.Find([_root], machine));
    }

    private static MeasuredPair Pair(params MeasuredPair.Sides[] sides) => new(sides, sides);

    // The rows of sides in turns.
    private static ErrorCount[] Turns(params MeasuredPair[] pairs)
    {
        var counter = new ErrorCounter(new ComparisonOptions(), 0.1);
        foreach (MeasuredPair pair in pairs)
        {
            counter.Add(pair);
        }

        return [.. counter.Counts().Where(count => count.Order == ErrorCount.Interleaved)];
    }

    private string Header(RunRecord<RaceCell> run, RunTiming? timing = null)
    {
        var options = new ComparisonOptions { Stores = [_root], Timing = timing };
        return MarkdownDocument.Render(
            new Document([.. ComparisonReport.Parts(run, run, RunComparison.Compare(run, run, options), options, 2)]));
    }

    private static ComparisonErrors Errors() => new()
    {
        Rule = ComparisonErrors.PresentRule,
        StartedUtc = new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero),
        Fingerprint = MachineIdentity.Fingerprint(SampleRuns.Machine),
        Processes = 4,
        SecondsOfProcess = 0.4,
        Threshold = 0.05,
        Injected = 0.1,
        Between = [new TimeSpread(FigureKind.RaceSpeed, 0.03, 30), new TimeSpread(FigureKind.RoverRate, 0.05, 30)],
        Counts =
        [
            new ErrorCount("race speed", 30, 120, 0, 3, 90, 120, 110) { PutIn = 0.102, FoundFrom = 0.09 },
            new ErrorCount("race rate", 30, 120, 0, 3, 90, 120, 60) { PutIn = 0.098, FoundFrom = 0.17 },
            new ErrorCount(ErrorCount.Family, 30, 30, 0, 1, 0, 30, 30),
        ],
    };

    private static RunRecord<RaceCell> Race(double speed, long failures = 10_000)
    {
        RaceCell cell = SampleRuns.Cell("default", Attempts, [.. Attempts.Select((_, i) => failures + i)], speed);
        return SampleRuns.Race((cell with
        {
            PerTrial = cell.PerTrial! with
            {
                ConnectionsPerSecond = [.. Attempts.Select((_, i) => speed + i)],
                Process = [0, 0, 1, 1, 2, 2, 3, 3],
            },
        }).Summarised());
    }

    private static RunRecord<ThroughputCell> Scattered() => SampleRuns.Throughput(SampleRuns.Design("batched", 5e6, 5e6, 5e6, 6e6));

    private static RunRecord<ThroughputCell> Throughput(double speed) =>
        SampleRuns.Throughput(SampleRuns.Design("batched", speed, speed + 1, speed + 2, speed + 3));
}
