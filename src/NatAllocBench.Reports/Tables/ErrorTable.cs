using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>How often <c>compare</c> errs on a machine, as a table and in one line.</summary>
public static class ErrorTable
{
    /// <summary>What a comparison of sides in turns says where nothing was counted.</summary>
    public const string NotMeasured = "wrong verdicts: not measured on this machine (calibrate-compare)";

    /// <summary>What a comparison of two runs says where nothing was counted: nothing is known of what lies between their times.</summary>
    public const string NoSpread = "no verdicts, only ratios: how far runs at different times lie apart on this machine is not known "
        + "(calibrate-compare measures it)";

    /// <summary>What it says where the count is of an older version's verdicts.</summary>
    public const string OtherRule =
        "wrong verdicts: counted by another rule than the present one on this machine; count again (calibrate-compare)";

    private const double EnoughPower = 0.9;
    private const double MostFalse = 0.05;

    /// <summary>The table of all figures.</summary>
    /// <param name="errors">What was counted.</param>
    /// <returns>A row per figure.</returns>
    public static ResultTable Build(ComparisonErrors errors)
    {
        string[] injected = ["worse by added work (median)", "found [95 %]", "found in 90 % from"];
        string[] headings =
        [
            "figure", "order", "pairs", "comparisons", "no verdict possible", "false verdicts [95 %]", "same", "spread between times",
            .. injected,
        ];
        return new ResultTable(
            "false verdicts",
            $"{errors.Processes} processes a side of {Figures.Significant(errors.SecondsOfProcess)} s, threshold "
                + $"{Figures.Significant(errors.Threshold * 100)} %, work added for about {Figures.Significant(errors.Injected * 100)} %"
                + (errors.Rule == ComparisonErrors.PresentRule ? "" : ", verdicts by another rule than the present one")
                + (errors.LoadAverage is { } load ? $", load average at the start {load}" : ""),
            [.. headings.Select((heading, i) => new TableColumn(heading, i > 1))],
            [.. errors.Counts.Select(count => Row(count, errors))])
        {
            KeyColumns = 2,
        };
    }

    /// <summary>The same in one line, for the header of a comparison.</summary>
    /// <param name="errors">What was counted, or null.</param>
    /// <param name="tookTurns">Whether the processes of the two sides took turns.</param>
    /// <returns>A line without a full stop.</returns>
    public static string Line(ComparisonErrors? errors, bool tookTurns)
    {
        if (!tookTurns && errors?.Between is null)
        {
            return NoSpread;
        }

        if (errors?.Rule != ComparisonErrors.PresentRule)
        {
            return errors is null ? NotMeasured : OtherRule;
        }

        IGrouping<string, ErrorCount>? telling = errors.Counts.GroupBy(Order)
            .Where(order => (order.Key == ErrorCount.Interleaved) == tookTurns)
            .MaxBy(order => Distance(order.Key));
        return telling is null ? NotMeasured
            : $"wrong verdicts, counted on this machine over pairs of the same code, {InWords(telling.Key)}: "
                + string.Join(", ", telling.Select(Words));
    }

    /// <summary>What is to be reached, and the rows that miss it and by how much.</summary>
    /// <param name="errors">What was counted.</param>
    /// <returns>A sentence, and one for each row that misses it.</returns>
    public static string Targets(ComparisonErrors errors)
    {
        string[] misses =
        [
            .. errors.Counts.Where(count => count.FalseShare()?.Share > MostFalse)
                .Select(count => $"{count.Figure}, {Order(count)}, false {Percent(count.FalseShare()!.Value)}"),
            .. errors.Counts.Where(count => count.FoundShare()?.Share < EnoughPower)
                .Select(count => $"{count.Figure}, {Order(count)}, found {Percent(count.FoundShare()!.Value)}"),
        ];
        return $"Targets of every row: at most {Figures.Significant(MostFalse * 100)} % false, at least "
            + $"{Figures.Significant(EnoughPower * 100)} % of the added work found. "
            + (misses.Length == 0 ? "All are reached." : string.Join(' ', misses.Select(miss => $"Missed: {miss}.")));
    }

    private static string Order(ErrorCount count) => count.Order ?? ErrorCount.Interleaved;

    // Two runs are made at any times, so the order that is farthest apart tells of them.
    private static int Distance(string order) => order switch
    {
        ErrorCount.Later => 2,
        ErrorCount.InTurn => 1,
        _ => 0,
    };

    private static string InWords(string order) => order switch
    {
        ErrorCount.Later => "one run minutes after the other",
        ErrorCount.InTurn => "one run after the other",
        _ => "whose processes took turns",
    };

    private static string Words(ErrorCount count) => count.FalseShare() is not { } share ? $"{count.Figure} none could be judged"
        : $"{count.Figure} {Percent(share)} ({count.FalseVerdicts} of {count.Judged()})"
            + (count.Figure == ErrorCount.Family ? "" : $", {Power(count)}");

    // A power that is too low is no help without the difference for which it would do.
    private static string Power(ErrorCount count) => count.FoundShare() is { } found && count.PutIn is { } putIn
        ? $"finds a difference of {Percent(putIn)} in {Percent(found)}"
            + (found.Share < EnoughPower ? $" and one of {Percent(count.FoundFrom)} or more in 90 %" : "")
        : "no difference was put in";

    private static string[] Row(ErrorCount count, ComparisonErrors errors) =>
    [
        count.Figure,
        Order(count),
        Figures.Count(count.Pairs),
        Figures.Count(count.Comparisons),
        Figures.Count(count.NotJudged),
        WithInterval(count.FalseShare()),
        count.Figure == ErrorCount.Family ? TableLayout.NoValue : Figures.Count(count.Same),
        Percent(Order(count) == ErrorCount.Interleaved ? null : errors.Between?.FirstOrDefault(s => s.Figure == count.Figure)?.Deviation),
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
