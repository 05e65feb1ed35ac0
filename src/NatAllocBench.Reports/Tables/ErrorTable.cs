using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>How often <c>compare</c> errs on a machine, as a table and in one line.</summary>
public static class ErrorTable
{
    /// <summary>What a comparison says where nothing was counted.</summary>
    public const string NotMeasured = "wrong verdicts: not measured on this machine (calibrate-compare)";

    /// <summary>The table of all figures.</summary>
    /// <param name="errors">What was counted.</param>
    /// <returns>A row per figure.</returns>
    public static ResultTable Build(ComparisonErrors errors)
    {
        string[] injected = [$"{Figures.Significant(errors.Injected * 100)} % injected: found [95 %]"];
        string[] headings = ["figure", "pairs", "comparisons", "no verdict possible", "false verdicts [95 %]", "same", .. injected];
        return new ResultTable(
            "false verdicts",
            $"{errors.Processes} processes a side of {Figures.Significant(errors.SecondsOfProcess)} s, threshold {Figures.Significant(errors.Threshold * 100)} %"
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
        ? $"{count.Figure} {Percent(share)} ({count.FalseVerdicts} of {count.Judged()}), {Percent(count.FoundShare()!.Value)} of injected differences found"
        : $"{count.Figure} none could be judged";

    private static string[] Row(ErrorCount count) =>
    [
        count.Figure,
        Figures.Count(count.Pairs),
        Figures.Count(count.Comparisons),
        Figures.Count(count.NotJudged),
        WithInterval(count.FalseShare()),
        Figures.Count(count.Same),
        WithInterval(count.FoundShare()),
    ];

    private static string WithInterval((double Share, double Low, double High)? share) => share is { } s
        ? $"{Percent(s)} [{Figures.Significant(s.Low * 100)}, {Figures.Significant(s.High * 100)}]"
        : TableLayout.NoValue;

    private static string Percent((double Share, double Low, double High) share) => $"{Figures.Significant(share.Share * 100)} %";
}
