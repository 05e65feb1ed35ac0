using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>How often <c>compare</c> errs on a machine, as a table and in one line.</summary>
public static class ErrorTable
{
    /// <summary>What a comparison says where nothing was counted.</summary>
    public const string NotMeasured = "wrong verdicts: not measured on this machine (calibrate-compare)";

    private const double EnoughPower = 0.9;

    /// <summary>The table of all figures.</summary>
    /// <param name="errors">What was counted.</param>
    /// <returns>A row per figure.</returns>
    public static ResultTable Build(ComparisonErrors errors)
    {
        string[] injected =
            ["worse by added work", $"found of {Figures.Significant(errors.Injected * 100)} % [95 %]", "found in 90 % from"];
        string[] headings = ["figure", "pairs", "comparisons", "no verdict possible", "false verdicts [95 %]", "same", .. injected];
        return new ResultTable(
            "false verdicts",
            $"{errors.Processes} processes a side of {Figures.Significant(errors.SecondsOfProcess)} s, threshold "
                + $"{Figures.Significant(errors.Threshold * 100)} %"
                + (errors.LoadAverage is { } load ? $", load average at the start {load}" : ""),
            [.. headings.Select((heading, i) => new TableColumn(heading, i > 0))],
            [.. errors.Counts.Select(Row)])
        {
            KeyColumns = 1,
        };
    }

    /// <summary>The same in one line, for the header of a comparison.</summary>
    /// <param name="errors">What was counted, or null.</param>
    /// <returns>A line without a full stop.</returns>
    public static string Line(ComparisonErrors? errors) => errors is null ? NotMeasured
        : $"wrong verdicts, counted on this machine over pairs of the same code: {string.Join(", ", errors.Counts.Select(Words))}";

    private static string Words(ErrorCount count) => count.FalseShare() is { } share
        ? $"{count.Figure} {Percent(share)} ({count.FalseVerdicts} of {count.Judged()}), {Power(count)}"
        : $"{count.Figure} none could be judged";

    // A power that is too low is no help without the difference for which it would do.
    private static string Power(ErrorCount count) => count.FoundShare() is { } found && count.PutIn is { } putIn
        ? $"finds a difference of {Percent(putIn)} in {Percent(found)}"
            + (found.Share < EnoughPower ? $" and one of {Percent(count.FoundFrom)} or more in 90 %" : "")
        : "no difference was put in";

    private static string[] Row(ErrorCount count) =>
    [
        count.Figure,
        Figures.Count(count.Pairs),
        Figures.Count(count.Comparisons),
        Figures.Count(count.NotJudged),
        WithInterval(count.FalseShare()),
        Figures.Count(count.Same),
        Percent(count.PutIn),
        WithInterval(count.FoundShare()),
        Percent(count.FoundFrom),
    ];

    private static string WithInterval((double Share, double Low, double High)? share) => share is { } s
        ? $"{Percent(s)} [{Figures.Significant(s.Low * 100)}, {Figures.Significant(s.High * 100)}]"
        : TableLayout.NoValue;

    private static string Percent(double? share) => share is { } s ? $"{Figures.Significant(s * 100)} %" : TableLayout.NoValue;

    private static string Percent((double Share, double Low, double High) share) => $"{Figures.Significant(share.Share * 100)} %";
}
