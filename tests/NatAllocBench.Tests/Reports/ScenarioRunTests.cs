using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Results.Validation;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class ScenarioRunTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);

    internal static readonly ScenarioCell Sound = new()
    {
        Table = "one search",
        Era = "5.10",
        Mode = "default",
        Parameters = new Dictionary<string, string> { ["occupancy"] = "99 %" },
        Attempts = 4000,
        Trials = 4,
        Figures =
        [
            ScenarioFigure.Share("fails", FailureRate.Estimate([1000, 1000, 1000, 1000], [80, 85, 75, 90]), 0.083, "r^248"),
            ScenarioFigure.Mean("probes", MeanEstimate.Of([91, 92, 93, 90]), 91.7, "(1 - r^248)/(1 - r)"),
            ScenarioFigure.Exact("succeed", 100, 100, "as many as there are ports"),
        ],
    };

    [Fact]
    public void A_scenario_run_reads_back_as_the_bytes_it_was_written_as()
    {
        byte[] json = RunFormat.Write(Run(Sound));

        RunRecord run = RunFormat.Read(json);

        Assert.Equal("99 %", Assert.IsType<RunRecord<ScenarioCell>>(run).Cells[0].Parameters["occupancy"]);
        Assert.Equal(json, RunFormat.Write(run));
    }

    [Fact]
    public void A_sound_scenario_run_has_no_faults() => Assert.Empty(RunValidator.Check(Run(Sound), Now));

    public static TheoryData<string, ScenarioCell> FaultyCells => new()
    {
        { "agrees is not what the values say", Sound with { Figures = [Sound.Figures[0] with { Agrees = false }] } },
        { "not in order", Sound with { Figures = [Sound.Figures[1] with { Low = 95 }] } },
        { "predicted and law", Sound with { Figures = [Sound.Figures[2] with { Law = null }] } },
        { "2 figures are named", Sound with { Figures = [Sound.Figures[2], Sound.Figures[2]] } },
        { "cannot hold a measurement", Sound with { Missing = "why" } },
        { "missing must say why not", Sound with { Figures = [] } },
    };

    [Theory]
    [MemberData(nameof(FaultyCells))]
    public void Faults_are_named(string fault, ScenarioCell cell) =>
        Assert.Contains(fault, string.Join('\n', RunValidator.Check(Run(cell), Now)), StringComparison.Ordinal);

    [Fact]
    public void Table_shows_measured_predicted_and_agreement()
    {
        string page = RunReport.Markdown(Run(Sound, Sound with { Era = "6.12" }));

        Assert.Contains("| era | fails [95 %] | fails: predicted | agrees |", page, StringComparison.Ordinal);
        Assert.Contains("| 8.30 % | yes |", page, StringComparison.Ordinal);
        Assert.Contains("fails, predicted: r^248.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Scenario_runs_are_not_compared()
    {
        RunFormatException refused = Assert.Throws<RunFormatException>(
            () => RunComparison.Compare(Run(Sound), Run(Sound), new ComparisonOptions()));

        Assert.Contains("predictions", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 9.0, 11.0, 11.6, true)]
    [InlineData(10, 9.0, 11.0, 11.7, false)]
    [InlineData(10, null, null, 10, true)]
    [InlineData(10, null, null, 10.001, false)]
    [InlineData(0, 0.0, 0.001, 0, true)]
    public void Agreement_holds_within_the_stretched_interval(double measured, double? low, double? high, double predicted, bool holds) =>
        Assert.Equal(holds, Agreement.Holds(measured, low, high, predicted));

    [Fact]
    public void Mean_has_students_interval()
    {
        MeanEstimate mean = MeanEstimate.Of([1, 2, 3]);

        Assert.Equal(2, mean.Value);
        Assert.Equal(2 - (4.3027 / Math.Sqrt(3)), mean.Low!.Value, 3);
    }

    internal static RunRecord<ScenarioCell> Run(params ScenarioCell[] cells) => new()
    {
        Seeds = [1],
        Command = "scenario",
        Preset = "exhaustion",
        StartedUtc = new DateTimeOffset(2026, 3, 4, 23, 30, 0, TimeSpan.Zero),
        Completed = true,
        Machine = SampleRuns.Machine,
        Cells = cells,
    };
}
