namespace NatAllocBench.Results.Statistics;

/// <summary>A failure rate with its interval.</summary>
/// <param name="Attempts">Attempts over all trials.</param>
/// <param name="Failures">Failures over all trials.</param>
/// <param name="Rate">Failures over attempts, 0 to 1.</param>
/// <param name="Low">The lower end, 0 to <paramref name="Rate"/>.</param>
/// <param name="High">The upper end, <paramref name="Rate"/> to 1.</param>
/// <param name="Overdispersion">
/// Between-trial variance over the binomial one, at least 1 (the survey literature's design effect); null when it could not be estimated.
/// </param>
/// <param name="Method">The name of the method, for the run's record.</param>
public sealed record RateEstimate(
    long Attempts, long Failures, double Rate, double Low, double High, double? Overdispersion, string Method)
{
    /// <summary>The sampling units: processes where there are several, else trials with attempts.</summary>
    public int Units { get; init; } = 1;
}
