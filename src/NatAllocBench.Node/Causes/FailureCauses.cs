using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Causes;

/// <summary>A part of a count, with the bounds that the counters give.</summary>
/// <param name="Value">Best estimate.</param>
/// <param name="Low">At least.</param>
/// <param name="High">At most.</param>
internal readonly record struct Bounded(double Value, double Low, double High);

/// <summary>Why insertions failed between two readings of the counters.</summary>
internal sealed record FailureCauses
{
    public required double Seconds { get; init; }

    /// <summary>All of <c>insert_failed</c>.</summary>
    public required long Total { get; init; }

    /// <summary>Chains above the limit, exact where the kernel counts them.</summary>
    public required long ChainTooLong { get; init; }

    /// <summary>Equal UDP clashes that were merged and yet counted (4.7 to 5.9).</summary>
    public required long Merged { get; init; }

    /// <summary>Searches that found no port.</summary>
    public required Bounded Exhausted { get; init; }

    /// <summary>Both races together: what is left.</summary>
    public required Bounded Raced { get; init; }

    /// <summary>Losses of the race that the rates and the rules lead to expect.</summary>
    public required Bounded PredictedRace { get; init; }

    /// <summary>Share of the predicted race that falls on kept ports.</summary>
    public required double KeptShare { get; init; }

    public required long EarlyDrop { get; init; }

    /// <summary>Drops that are not failed insertions: the table was full.</summary>
    public required long TableFull { get; init; }

    /// <summary>Whether prediction and rest fit: their intervals overlap.</summary>
    public bool Agrees => PredictedRace.Low <= Raced.High && PredictedRace.High >= Raced.Low;

    /// <summary>Whether the rest is more than three times the most that is expected.</summary>
    public bool IsUnexplained => Raced.Low > 3 * Math.Max(PredictedRace.High, 1);

    /// <summary>Splits the differences of two readings.</summary>
    /// <param name="counted">Differences.</param>
    /// <param name="seconds">Time between the readings, above 0.</param>
    /// <param name="era">The kernel.</param>
    /// <param name="limits">The range of most connections.</param>
    /// <param name="expectedExhausted">Rate times chance of failure, over all destinations and the interval.</param>
    /// <param name="isFull">Whether some destination has no port left.</param>
    /// <param name="race">Expected losses of the race.</param>
    /// <param name="keptShare">Share of them on kept ports.</param>
    public static FailureCauses Of(
        Counters counted, double seconds, Era era, SearchLimits limits, double expectedExhausted, bool isFull, Bounded race,
            double keptShare)
    {
        long total = counted["insert_failed"];
        long chain = Math.Min(total, counted["chaintoolong"]);
        bool countsMerges = era.Traits.ClashCounters == ClashCounters.MergeCountsAsFailed;
        long merged = countsMerges ? Math.Clamp(total - counted["drop"], 0, total) : 0;
        double rest = total - chain - merged;

        // Each probe that meets a taken port counts as found: an exhausted search counts all of its probes.
        int probes = Math.Max(1, ProbesCounted(limits));
        double most = Math.Min(rest, counted["found"] / (double)probes);
        double least = isFull ? Math.Min(most, Math.Max(0, rest - race.High)) : 0;
        // Both causes are told apart by what is expected of each, within the bounds.
        double expected = expectedExhausted + race.Value;
        double point = Math.Clamp(expected > 0 ? rest * expectedExhausted / expected : 0, least, most);
        return new FailureCauses
        {
            Seconds = seconds,
            Total = total,
            ChainTooLong = chain,
            Merged = merged,
            Exhausted = new Bounded(point, least, most),
            Raced = new Bounded(rest - point, rest - most, rest - least),
            PredictedRace = race,
            KeptShare = keptShare,
            EarlyDrop = counted["early_drop"],
            TableFull = Math.Max(0, counted["drop"] - (total - merged)),
        };
    }

    private static int ProbesCounted(SearchLimits limits)
    {
        // A kernel that may evict asks another function for its last probes, which does not count them.
        int all = limits.ProbesOfFailure;
        int evicting = limits.Rounds.Sum(round => round - limits.FirstEvicting(round));
        return limits.IsLimited ? all - evicting : limits.Ports - 1;
    }
}
