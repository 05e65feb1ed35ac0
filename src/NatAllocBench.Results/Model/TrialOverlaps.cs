using System.Globalization;
using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Model;

/// <summary>How the workers of each trial ran, one element per trial. A list is null where the machine does not tell.</summary>
public sealed record TrialOverlaps
{
    /// <summary>
    /// Closed and Poisson arrivals: share of the trial in which all workers ran, 0 to 1. Rounds: share of the rounds in which they ran
    /// together.
    /// </summary>
    public required IReadOnlyList<double> Share { get; init; }

    /// <summary>How long after the common start the last worker left the gate, ns.</summary>
    public required IReadOnlyList<double> LateNs { get; init; }

    /// <summary>Moments at which a worker's own clock shows that it did not run, over all workers.</summary>
    public required IReadOnlyList<long> ClockGaps { get; init; }

    /// <summary>The longest of them, ns.</summary>
    public required IReadOnlyList<double> LongestGapNs { get; init; }

    /// <summary>Involuntary context switches of all workers.</summary>
    public IReadOnlyList<long>? InvoluntarySwitches { get; init; }

    /// <summary>Connections per second of the slowest worker over those of the fastest, 0 to 1; null with one worker.</summary>
    public IReadOnlyList<double>? SpeedRatio { get; init; }

    /// <summary>Round trip of a cache line between the first two workers just before the trial, ns; null with one worker.</summary>
    public IReadOnlyList<double>? PingPongNs { get; init; }

    /// <summary>
    /// Time of the fixed reference loop on the slowest worker just before the trial, ns; null in runs from before it was measured.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? ReferenceNs { get; init; }

    /// <summary>Share of all CPUs' time that the hypervisor took during the trial, 0 to 1.</summary>
    public IReadOnlyList<double>? StolenShare { get; init; }

    /// <summary>Rounds; null where there are none.</summary>
    public IReadOnlyList<long>? Rounds { get; init; }

    /// <summary>Rounds that do not count, because the workers did not run together; null where there are none.</summary>
    public IReadOnlyList<long>? DroppedRounds { get; init; }

    /// <summary>
    /// Connections of the trial that do not count: those of dropped rounds; closed and Poisson arrivals: the first of each worker, and
    /// those after the first worker had ended. Null in runs from before they were kept.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? LeftOutAttempts { get; init; }

    /// <summary>How many of <see cref="LeftOutAttempts"/> failed to be inserted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? LeftOutInsertFailed { get; init; }

    /// <summary>What kept workers of these trials from running together, at its worst.</summary>
    /// <returns>For example <c>a worker was away for up to 4 ms, 12 involuntary switches</c>.</returns>
    public string Worst()
    {
        double awayNs = LongestGapNs.Concat(LateNs).DefaultIfEmpty().Max();
        string away = string.Create(CultureInfo.InvariantCulture, $"a worker was away for up to {awayNs / 1e6:0.###} ms");
        return InvoluntarySwitches is { } switches
            ? string.Create(CultureInfo.InvariantCulture, $"{away}, {switches.Sum():N0} involuntary switches")
            : away;
    }

    /// <summary>The trials of several cells one after the other; a list that one of them lacks is null.</summary>
    internal static TrialOverlaps Join(IReadOnlyList<TrialOverlaps> parts) => new()
    {
        Share = [.. parts.SelectMany(p => p.Share)],
        LateNs = [.. parts.SelectMany(p => p.LateNs)],
        ClockGaps = [.. parts.SelectMany(p => p.ClockGaps)],
        LongestGapNs = [.. parts.SelectMany(p => p.LongestGapNs)],
        InvoluntarySwitches = RaceTrials.Join(parts, p => p.InvoluntarySwitches),
        SpeedRatio = RaceTrials.Join(parts, p => p.SpeedRatio),
        PingPongNs = RaceTrials.Join(parts, p => p.PingPongNs),
        ReferenceNs = RaceTrials.Join(parts, p => p.ReferenceNs),
        StolenShare = RaceTrials.Join(parts, p => p.StolenShare),
        Rounds = RaceTrials.Join(parts, p => p.Rounds),
        DroppedRounds = RaceTrials.Join(parts, p => p.DroppedRounds),
        LeftOutAttempts = RaceTrials.Join(parts, p => p.LeftOutAttempts),
        LeftOutInsertFailed = RaceTrials.Join(parts, p => p.LeftOutInsertFailed),
    };

    /// <summary>Every list with its name, for checks.</summary>
    internal IEnumerable<(string Name, int? Count)> Lengths() =>
    [
        ("share", Share.Count), ("lateNs", LateNs.Count), ("clockGaps", ClockGaps.Count), ("longestGapNs", LongestGapNs.Count),
        ("involuntarySwitches", InvoluntarySwitches?.Count), ("speedRatio", SpeedRatio?.Count), ("pingPongNs", PingPongNs?.Count),
        ("referenceNs", ReferenceNs?.Count),
        ("stolenShare", StolenShare?.Count), ("rounds", Rounds?.Count), ("droppedRounds", DroppedRounds?.Count),
        ("leftOutAttempts", LeftOutAttempts?.Count), ("leftOutInsertFailed", LeftOutInsertFailed?.Count),
    ];
}

/// <summary>Trials that do not count, one element per trial in each list.</summary>
public sealed record DroppedTrials
{
    /// <summary>How many the workers did not run together in.</summary>
    public required int NotTogether { get; init; }

    /// <summary>How many ran while the CPUs were placed otherwise than in most trials of the run.</summary>
    public required int OtherPlacement { get; init; }

    /// <summary>Connections tried in them.</summary>
    public required IReadOnlyList<long> Attempts { get; init; }

    /// <summary>Connections that failed to be inserted in them.</summary>
    public required IReadOnlyList<long> InsertFailed { get; init; }

    /// <summary>How their workers ran.</summary>
    public required TrialOverlaps Overlap { get; init; }

    /// <summary>What was dropped in several processes.</summary>
    internal static DroppedTrials? Join(IReadOnlyList<DroppedTrials> parts) => parts.Count == 0 ? null : new()
    {
        NotTogether = parts.Sum(p => p.NotTogether),
        OtherPlacement = parts.Sum(p => p.OtherPlacement),
        Attempts = [.. parts.SelectMany(p => p.Attempts)],
        InsertFailed = [.. parts.SelectMany(p => p.InsertFailed)],
        Overlap = TrialOverlaps.Join([.. parts.Select(p => p.Overlap)]),
    };
}
