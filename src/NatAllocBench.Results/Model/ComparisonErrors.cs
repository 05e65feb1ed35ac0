using System.Text.Json.Serialization;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>
/// How often <c>compare</c> errs on a machine, counted on real pairs of runs of the same code: a verdict that finds a difference is false.
/// Stored beside the machine's runs.
/// </summary>
public sealed record ComparisonErrors
{
    /// <summary>The file's name in a machine's directory.</summary>
    public const string FileName = "comparison-errors.json";

    /// <summary>The rule of the present verdicts; counts by another one say nothing about them.</summary>
    public const string PresentRule = "the interval excludes 1 and the estimate lies beyond the threshold; sides in turns as pairs of "
        + "neighbours, other runs with the spread between times";

    /// <summary>The rule of better and worse; null for the first one, by which the whole interval lay beyond the threshold.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rule { get; init; }

    /// <summary>When the measurement started, in UTC.</summary>
    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>The git commit of the measured code, or null outside a repository.</summary>
    public string? MeasuredCommit { get; init; }

    /// <summary>The hash of the machine's stable facts, six hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Fresh processes of each side of a pair.</summary>
    public required int Processes { get; init; }

    /// <summary>Seconds that each process measured.</summary>
    public required double SecondsOfProcess { get; init; }

    /// <summary>The relative difference that mattered.</summary>
    public required double Threshold { get; init; }

    /// <summary>The relative difference that the second side of each pair was made to have by added work, to be found.</summary>
    public required double Injected { get; init; }

    /// <summary>The load average of a minute at the start, as the system prints it; null where unknown.</summary>
    public string? LoadAverage { get; init; }

    /// <summary>
    /// What runs at different times add to the intervals of each figure; null for a count by a rule that did not know it, or too few pairs.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TimeSpread>? Between { get; init; }

    /// <summary>A row per figure and order.</summary>
    public required IReadOnlyList<ErrorCount> Counts { get; init; }
}

/// <summary>Verdicts on one figure over all pairs.</summary>
/// <param name="Figure">The figure, for example <c>race speed</c>.</param>
/// <param name="Pairs">Pairs of runs.</param>
/// <param name="Comparisons">Cells compared over all pairs.</param>
/// <param name="NotJudged">
/// Those that got no verdict because the machine was another one between the two, or too little was measured.
/// </param>
/// <param name="FalseVerdicts">Better or worse between runs of the same code.</param>
/// <param name="Same">Verdicts that the two are the same.</param>
/// <param name="Injected">Comparisons with a side that really did more work, and that could be judged.</param>
/// <param name="Found">Those of them that were called worse.</param>
public sealed record ErrorCount(
    string Figure, int Pairs, int Comparisons, int NotJudged, int FalseVerdicts, int Same, int Injected, int Found)
{
    /// <summary>The processes of the two sides took turns, so that a drift of the machine fell on both alike.</summary>
    public const string Interleaved = "A B B A";

    /// <summary>All processes of the one side came before those of the other, as those of two runs do.</summary>
    public const string InTurn = "A A B B";

    /// <summary>
    /// Both runs as in <see cref="InTurn"/>, the second one of a pair that was measured half of the calibration later or earlier.
    /// </summary>
    public const string Later = "A A, later B B";

    /// <summary>The row of all figures of a pair together, as <c>--fail-on worse</c> takes them.</summary>
    public const string Family = "all together (--fail-on worse)";

    /// <summary>
    /// In which order the processes ran, <see cref="Interleaved"/>, <see cref="InTurn"/> or <see cref="Later"/>; null for the first.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Order { get; init; }

    /// <summary>
    /// The relative difference that the added work made, measured within the processes that did both: the median over all comparisons.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PutIn { get; init; }

    /// <summary>
    /// The relative difference from which nine of ten comparisons would find it, from the intervals of the pairs of the same code; null
    /// where there were none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FoundFrom { get; init; }

    /// <summary>Comparisons of the same code that could be judged.</summary>
    /// <returns>Their number.</returns>
    public int Judged() => Comparisons - NotJudged;

    /// <summary>The share of false verdicts among the judged comparisons with its exact 95 % interval, or null without any.</summary>
    /// <returns>Share and both ends, 0 to 1.</returns>
    public (double Share, double Low, double High)? FalseShare() => Of(FalseVerdicts, Judged());

    /// <summary>The share of injected differences that were found with its exact 95 % interval, or null without any.</summary>
    /// <returns>Share and both ends, 0 to 1.</returns>
    public (double Share, double Low, double High)? FoundShare() => Of(Found, Injected);

    private static (double Share, double Low, double High)? Of(int count, int all)
    {
        if (all <= 0)
        {
            return null;
        }

        (double low, double high) = FailureRate.ClopperPearson(count, all);
        return ((double)count / all, low, high);
    }
}
