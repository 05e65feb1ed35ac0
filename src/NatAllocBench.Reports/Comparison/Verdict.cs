namespace NatAllocBench.Reports.Comparison;

/// <summary>What a comparison of two cells found.</summary>
public enum Verdict
{
    /// <summary>The interval of the ratio does not lie within the threshold, and does not show a difference that matters.</summary>
    Undecided,

    /// <summary>The whole interval lies within the threshold, or both values lie below the noise floor.</summary>
    Same,

    /// <summary>The interval excludes 1 and the ratio lies beyond the threshold, on the good side.</summary>
    Better,

    /// <summary>The interval excludes 1 and the ratio lies beyond the threshold, on the bad side.</summary>
    Worse,
}
