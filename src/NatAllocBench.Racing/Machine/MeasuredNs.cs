namespace NatAllocBench.Racing.Machine;

/// <summary>A measured length, or the reason why there is none.</summary>
/// <param name="Nanoseconds">The median in nanoseconds, or null.</param>
/// <param name="WhyMissing">One line that says why there is no value, or null when there is one.</param>
internal sealed record MeasuredNs(double? Nanoseconds, string? WhyMissing)
{
    internal static MeasuredNs Of(double nanoseconds) => new(nanoseconds, null);

    internal static MeasuredNs Missing(string why) => new(null, why);
}
