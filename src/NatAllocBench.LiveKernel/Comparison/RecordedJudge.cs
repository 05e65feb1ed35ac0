using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Judges the race beside a recorded kernel, of whose repetitions only the sum, the smallest and the largest share are known.
/// </summary>
internal static class RecordedJudge
{
    /// <summary>How the name of pairs in lockstep begins.</summary>
    public const string Lockstep = "lockstep";

    /// <summary>That of two senders that run free.</summary>
    public const string Saturated = "saturated";

    /// <summary>That of bursts.</summary>
    public const string Bursts = "bursts";

    public static ComparisonCell Judge(
        ComparisonCell named, RecordedCell recorded, RateEstimate raced, string words, double fill, CalibrationDrift drift)
    {
        RateEstimate kernel = FailureRate.Estimate([(long)recorded.Number("connections")], [(long)recorded.Number("insert_failed")]);
        double least = recorded.Number("rate_rep_min");
        double most = recorded.Number("rate_rep_max");
        ComparisonCell judged = RatioJudge.Judge(named, kernel, raced);
        if (kernel.Failures > 0)
        {
            // The sum alone has no over-dispersion: the repetitions say more of its scatter. Without a loss they bound nothing.
            judged = judged with { KernelLow = 100 * Math.Min(least, kernel.Rate), KernelHigh = 100 * Math.Max(most, kernel.Rate) };
        }

        // What the kernel's own calibration did from one repetition to the next, no model can foresee.
        return judged.Agrees != false ? judged
            : words == Lockstep && judged.Ratio is { } ratio && drift.Explains(ratio)
                ? judged with { Agrees = null, Remark = drift.ToString() }
            : raced.Rate >= least && raced.Rate <= most ? judged with { Agrees = null, Remark = "inside the kernel's own repetitions" }
            : judged with { Remark = $"not explained{PossibleCause(words, fill)}" };
    }

    /// <summary>What is known of the recording and may be the cause; nothing measured says that it is.</summary>
    private static string PossibleCause(string words, double fill) =>
        words.StartsWith(Bursts, StringComparison.Ordinal)
            ? "; possible: how far apart the recorded bursts started was not written down"
        : words == Saturated ? "; possible: the emulated CPUs did not always run at the same time"
        : fill > 0 ? "; possible: recorded while its prefill was still draining"
        : string.Empty;
}
