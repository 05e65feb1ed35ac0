using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Racing.Cells;

/// <summary>Turns how the workers of trials ran into the lists of a run.</summary>
internal static class PrintedOverlap
{
    public static TrialOverlaps Of(IReadOnlyList<TrialResult> trials)
    {
        TrialOverlap[] overlaps = [.. trials.Select(trial => trial.Overlap)];
        bool rounds = overlaps.Any(overlap => overlap.Rounds > 0);
        return new TrialOverlaps
        {
            Share = [.. overlaps.Select(overlap => overlap.Share)],
            LateNs = [.. overlaps.Select(overlap => overlap.LateNs)],
            ClockGaps = [.. overlaps.Select(overlap => (long)overlap.Gaps)],
            LongestGapNs = [.. overlaps.Select(overlap => overlap.LongestGapNs)],
            InvoluntarySwitches = Known(overlaps, overlap => overlap.InvoluntarySwitches),
            SpeedRatio = Known(overlaps, overlap => overlap.SpeedRatio),
            PingPongNs = Known(overlaps, overlap => overlap.PingPongNs),
            ReferenceNs = Known(overlaps, overlap => overlap.ReferenceNs),
            StolenShare = Known(overlaps, overlap => overlap.StolenShare),
            Rounds = rounds ? [.. overlaps.Select(overlap => (long)overlap.Rounds)] : null,
            DroppedRounds = rounds ? [.. overlaps.Select(overlap => (long)overlap.DroppedRounds)] : null,
            LeftOutAttempts = [.. trials.Select(trial => trial.LeftOut.Attempts)],
            LeftOutInsertFailed = [.. trials.Select(trial => trial.LeftOut.InsertFailed)],
        };
    }

    private static T[]? Known<T>(TrialOverlap[] overlaps, Func<TrialOverlap, T?> value)
        where T : struct =>
            overlaps.Select(value).OfType<T>().ToArray() is { Length: > 0 } known && known.Length == overlaps.Length ? known : null;
}
