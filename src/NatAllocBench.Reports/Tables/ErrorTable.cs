using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>How often <c>compare</c> errs on a machine, as a table and in one line.</summary>
public static class ErrorTable
{
    /// <summary>What a comparison says where nothing was counted.</summary>
    public const string NotMeasured = "wrong verdicts: not measured on this machine (calibrate-compare)";

    /// <summary>What it says where the count is of an older version's verdicts.</summary>
    public const string OtherRule =
        "wrong verdicts: counted by another rule than the present one on this machine; count again (calibrate-compare)";

    private const double EnoughPower = 0.9;

    /// <summary>The table of all figures.</summary>
    /// <param name="errors">What was counted.</param>
    /// <returns>A row per figure.</returns>
    public static ResultTable Build(ComparisonErrors errors)
    {
        string[] injected =
            ["worse by added work", $"found of {Figures.Significant(errors.Injected * 100)} % [95 %]", "found in 90 % from"];
        string[] headings =
            ["figure", "order", "pairs", "comparisons", "no verdict possible", "false verdicts [95 %]", "same", .. injected];
        return new ResultTable(
            "false verdicts",
            $"{errors.Processes} processes a side of {Figures.Significant(errors.SecondsOfProcess)} s, threshold "
                + $"{Figures.Significant(errors.Threshold * 100)} %"
                + (errors.Rule == ComparisonErrors.PresentRule ? "" : ", verdicts by another rule than the present one")
                + (errors.LoadAverage is { } load ? $", load average at the start {load}" : ""),
            [.. headings.Select((heading, i) => new TableColumn(heading, i > 1))],
            [.. errors.Counts.Select(Row)])
        {
            KeyColumns = 2,
        };
    }

    /// <summary>The same in one line, for the header of a comparison.</summary>
    /// <param name="errors">What was counted, or null.</param>
    /// <returns>A line without a full stop.</returns>
    public static string Line(ComparisonErrors? errors) => errors is null ? NotMeasured
        : errors.Rule != ComparisonErrors.PresentRule ? OtherRule
        : $"wrong verdicts, counted on this machine over pairs of the same code, {Order(errors)}: "
            + string.Join(", ", Telling(errors).Select(Words));

    // Two runs are measured one after the other.
    private static IEnumerable<ErrorCount> Telling(ComparisonErrors errors) =>
        errors.Counts.Any(IsInTurn) ? errors.Counts.Where(IsInTurn) : errors.Counts;

    private static string Order(ComparisonErrors errors) =>
        errors.Counts.Any(IsInTurn) ? "one run after the other" : "whose processes took turns";

    private static bool IsInTurn(ErrorCount count) => count.Order == ErrorCount.InTurn;

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
        count.Order ?? ErrorCount.Interleaved,
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
