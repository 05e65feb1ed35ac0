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
        var counter = new ErrorCounter(new ComparisonOptions(), 0.1);

        counter.Add("race speed", ErrorCount.Interleaved, Race(5e6), Race(5e6), Race(5e6 / 1.1));
        counter.Add("race rate", ErrorCount.Interleaved, Race(5e6), Race(5e6), Race(5e6, failures: 11_000));
        counter.Add("throughput speed", ErrorCount.Interleaved, Throughput(5e6), Throughput(5e6), Throughput(5e6 / 1.1));

        Assert.Equal(["race speed", "race rate", "throughput speed"], counter.Counts.Select(c => c.Figure));
        Assert.All(counter.Counts, count =>
        {
            Assert.Equal((1, 1, 0, 0, 1), (count.Pairs, count.Comparisons, count.NotJudged, count.FalseVerdicts, count.Same));
            Assert.Equal((1, 1), (count.Injected, count.Found));
            Assert.Equal(0.1, count.PutIn!.Value, 0.001);
        });
    }

    [Fact]
    public void The_difference_that_would_be_found_is_the_one_that_moves_nine_of_ten_intervals_beyond_1()
    {
        var counter = new ErrorCounter(new ComparisonOptions(), 0.1);

        counter.Add("throughput speed", ErrorCount.Interleaved, Throughput(5e6), Throughput(5e6), Throughput(5e6));
        ErrorCount equal = Assert.Single(counter.Counts);
        counter.Add("throughput speed", ErrorCount.Interleaved, Throughput(5e6), Scattered(), Scattered());
        ErrorCount scattered = Assert.Single(counter.Counts);

        Assert.Equal(0.05, equal.FoundFrom!.Value, 0.001);
        Assert.Equal((0, 0), (equal.Found, scattered.Found));
        // The fastest of its processes is a fifth faster: it has to fall by that.
        Assert.Equal(0.2, scattered.FoundFrom!.Value, 0.001);
    }

    [Fact]
    public void A_difference_between_equal_runs_is_a_false_verdict_and_a_gated_one_none()
    {
        var counter = new ErrorCounter(new ComparisonOptions(), 0.1);
        RunRecord<ThroughputCell> slow = Throughput(5e6);
        RunRecord<ThroughputCell> elsewhere = Throughput(6e6) with
        {
            Cells = [.. Throughput(6e6).Cells.Select(c => c with { PingPongNs = 500 })],
        };

        counter.Add("throughput speed", ErrorCount.Interleaved, slow, Throughput(6e6), Throughput(6e6));
        counter.Add("throughput speed", ErrorCount.Interleaved, slow, elsewhere, elsewhere);

        ErrorCount count = Assert.Single(counter.Counts);
        Assert.Equal((2, 2, 1, 1), (count.Pairs, count.Comparisons, count.NotJudged, count.FalseVerdicts));
        Assert.Equal((1, 0), (count.Injected, count.Found));
        Assert.Equal(1, count.FalseShare()!.Value.Share);
    }

    [Fact]
    public void What_was_counted_is_found_again_by_the_machine_and_printed_by_its_comparisons()
    {
        ComparisonErrors errors = Errors();
        RunRecord<RaceCell> run = Race(5e6);
        string before = Header(run);

        string file = ComparisonErrorsFile.Write(new ResultsStore(_root), run.Machine, errors);

        Assert.Contains(ErrorTable.NotMeasured, before, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_root, MachineIdentity.Of(run.Machine), ComparisonErrors.FileName), file);
        Assert.Equal(errors.Counts, ComparisonErrorsFile.Find([_root], run.Machine)!.Counts);
        string header = Header(run);
        Assert.Contains("race speed 2.50 % (3 of 120), finds a difference of 10.2 % in 91.7 %", header, StringComparison.Ordinal);
        // Too low a power says what it would be enough for.
        Assert.Contains(
            "race rate 2.50 % (3 of 120), finds a difference of 9.80 % in 50.0 % and one of 17.0 % or more in 90 %", header,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_are_told_what_was_counted_of_processes_one_after_the_other()
    {
        RunRecord<RaceCell> run = Race(5e6);
        _ = ComparisonErrorsFile.Write(new ResultsStore(_root), run.Machine, Errors() with
        {
            Counts = [.. Errors().Counts, .. Errors().Counts.Select(c => c with { Order = ErrorCount.InTurn, FalseVerdicts = 6 })],
        });

        string header = Header(run);

        Assert.Contains("one run after the other: race speed 5.00 % (6 of 120)", header, StringComparison.Ordinal);
        Assert.DoesNotContain("(3 of 120)", header, StringComparison.Ordinal);
        Assert.Equal(
            ["A B B A", "A B B A", "A A B B", "A A B B"],
            ErrorTable.Build(ComparisonErrorsFile.Find([_root], run.Machine)!).Rows.Select(row => row[1]));
    }

    [Fact]
    public void What_was_counted_by_another_rule_is_not_told_of_the_present_one()
    {
        RunRecord<RaceCell> run = Race(5e6);
        ComparisonErrors old = Errors() with { Rule = null };
        _ = ComparisonErrorsFile.Write(new ResultsStore(_root), run.Machine, old);

        Assert.Contains(ErrorTable.OtherRule, Header(run), StringComparison.Ordinal);
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

        _ = ComparisonErrorsFile.Write(store, machine, Errors() with { Fingerprint = "000000" });
        _ = Assert.Throws<RunFormatException>(() => ComparisonErrorsFile.Find([_root], machine));
    }

    private string Header(RunRecord<RaceCell> run)
    {
        var options = new ComparisonOptions { Stores = [_root] };
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
        Counts =
        [
            new ErrorCount("race speed", 30, 120, 0, 3, 90, 120, 110) { PutIn = 0.102, FoundFrom = 0.09 },
            new ErrorCount("race rate", 30, 120, 0, 3, 90, 120, 60) { PutIn = 0.098, FoundFrom = 0.17 },
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
