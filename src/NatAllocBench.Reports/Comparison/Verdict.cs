namespace NatAllocBench.Reports.Comparison;

/// <summary>What a comparison of two cells found.</summary>
public enum Verdict
{
    /// <summary>The interval of the ratio neither lies within the threshold nor beyond it: measure longer.</summary>
    Undecided,

    /// <summary>The whole interval lies within the threshold, or both values lie below the noise floor.</summary>
    Same,

    /// <summary>The whole interval lies beyond the threshold on the good side.</summary>
    Better,

    /// <summary>The whole interval lies beyond the threshold on the bad side.</summary>
    Worse,
}
