using Perfolizer.Mathematics.Distributions.ContinuousDistributions;
using Perfolizer.Mathematics.Functions;

namespace NatAllocBench.Results.Statistics;

/// <summary>
/// Intervals for failure rates out of trials whose failures come in clusters.
/// </summary>
/// <remarks>
/// <para>
/// The failures of one trial depend on each other (one collision drags others along, and a preempted worker changes the whole trial), so
/// the pooled count looks more certain than it is. The trials are independent of each other, so they are the sampling units, and the
/// interval is the one that Korn and Graubard gave for proportions from clustered samples (Survey Methodology 24, 1998, p. 193): the
/// exact Clopper-Pearson interval on an effective number of attempts. With trials of n_i attempts and x_i failures, N = sum n_i and
/// p = sum x_i / N, the variance of the ratio estimator between k trials is V = k/(k-1) * sum (x_i - p n_i)^2 / N^2; the over-dispersion
/// is phi = max(1, V / (p (1-p) / N)); the effective attempts are N / phi * (t_{N-1} / t_{k-1})^2, at most N, where the quotient of Student
/// quantiles pays for phi being estimated from k trials only.
/// </para>
/// <para>
/// Why this one: it stays within 0 and 1, is usable with a handful of failures, where intervals by the normal approximation or on the
/// logit scale collapse, and because phi is at least 1 it is never narrower than the binomial interval. Its price is that it is wide for
/// few trials: with two, the Student quantile alone makes it 6.5 times as wide.
/// </para>
/// <para>
/// Where the trials were made by several processes, the processes are the sampling units: k is their number, and phi is the larger one of
/// that between processes and that between trials, so that a few processes that happen to agree make no interval narrower.
/// </para>
/// <para>
/// Without failures phi cannot be estimated. Then the upper end is the one-sided exact bound 1 - 0.05^(1/N), about 3/N, which holds for
/// independent attempts; a phi known from elsewhere (the neighbouring cells) divides N first, and the method's name says so.
/// </para>
/// </remarks>
public static class FailureRate
{
    // Below it the end of the interval is 0 or 1 to the last digit of a double, and the beta function is not computed.
    private const double LeastCount = 1e-4;

    /// <summary>The method's name when the over-dispersion was estimated.</summary>
    public const string ClusteredMethod = "korn-graubard";

    /// <summary>The method's name when the over-dispersion was estimated between processes.</summary>
    public const string ProcessesMethod = "korn-graubard, processes";

    /// <summary>The method's name for a single trial, where nothing is known about the spread between trials.</summary>
    public const string SingleTrialMethod = "clopper-pearson, one trial";

    /// <summary>The method's name without failures: a one-sided exact bound for independent attempts.</summary>
    public const string NoFailuresMethod = "exact upper bound, no failures";

    /// <summary>The method's name without failures where an over-dispersion is known from elsewhere.</summary>
    public const string NeighboursMethod = "exact upper bound, no failures, over-dispersed as the neighbouring cells";

    /// <summary>The method's name when every attempt failed: the mirror image of <see cref="NoFailuresMethod"/>.</summary>
    public const string OnlyFailuresMethod = "exact lower bound, only failures";

    /// <summary>Estimates the rate of failures and its interval.</summary>
    /// <param name="attempts">Attempts of each trial, none negative, at least one above 0.</param>
    /// <param name="failures">Failures of each trial, 0 to the trial's attempts.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <param name="knownOverdispersion">A phi of at least 1 from elsewhere, used only where all or none of the attempts failed.</param>
    /// <param name="process">The process of each trial; null where one made all.</param>
    /// <returns>The estimate; never narrower than the binomial interval of the pooled count.</returns>
    /// <exception cref="ArgumentException">The arrays differ in length or hold impossible counts, or there are no attempts.</exception>
    public static RateEstimate Estimate(
        IReadOnlyList<long> attempts,
        IReadOnlyList<long> failures,
        double confidence = 0.95,
        double knownOverdispersion = 1,
        IReadOnlyList<int>? process = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(knownOverdispersion, 1);
        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "must lie between 0 and 1");
        }

        (long total, long failed) = Sum(attempts, failures);
        double rate = (double)failed / total;
        double alpha = 1 - confidence;
        long[][] units = Units(attempts, failures, process);
        int trials = units[0].Count(n => n > 0);
        if (failed == 0)
        {
            double high = 1 - Math.Pow(alpha, Math.Min(1, knownOverdispersion / total));
            return new RateEstimate(
                total, 0, 0, 0, high, null, knownOverdispersion > 1 ? NeighboursMethod : NoFailuresMethod)
            {
                Units = trials,
            };
        }

        if (failed == total)
        {
            double low = Math.Pow(alpha, Math.Min(1, knownOverdispersion / total));
            return new RateEstimate(total, failed, 1, low, 1, null, OnlyFailuresMethod) { Units = trials };
        }

        bool byProcess = units[0].Length < attempts.Count;
        if (trials == 1)
        {
            (double low, double high) = ClopperPearson(failed, total, confidence);
            return new RateEstimate(total, failed, rate, low, high, null, SingleTrialMethod);
        }

        double phi = Overdispersion(units[0], units[1], rate, total, trials);
        if (byProcess)
        {
            phi = Math.Max(phi, Overdispersion(attempts, failures, rate, total, attempts.Count(n => n > 0)));
        }

        double student = StudentQuantile(total - 1, alpha) / StudentQuantile(trials - 1, alpha);
        double effective = Math.Min(total, total / phi * student * student);
        // So few units bear no interval at so high a confidence: nothing is excluded. Student's quantile may then be no number.
        (double clusteredLow, double clusteredHigh) = effective > 0 ? ClopperPearson(rate * effective, effective, confidence) : (0, 1);
        return new RateEstimate(
            total, failed, rate, clusteredLow, clusteredHigh, phi, byProcess ? ProcessesMethod : ClusteredMethod)
        {
            Units = trials,
        };
    }

    /// <summary>The exact binomial interval of Clopper and Pearson (Biometrika 26, 1934), also for fractional counts.</summary>
    /// <param name="failures">Failures, 0 to <paramref name="attempts"/>.</param>
    /// <param name="attempts">Attempts, above 0.</param>
    /// <param name="confidence">The confidence level, above 0 and below 1.</param>
    /// <returns>The two ends, 0 to 1.</returns>
    public static (double Low, double High) ClopperPearson(double failures, double attempts, double confidence = 0.95)
    {
        double tail = (1 - confidence) / 2;
        double low = failures < LeastCount
            ? 0
            : BetaFunction.RegularizedIncompleteInverseValue(failures, attempts - failures + 1, tail);
        double high = attempts - failures < LeastCount
            ? 1
            : BetaFunction.RegularizedIncompleteInverseValue(failures + 1, attempts - failures, 1 - tail);
        return (low, high);
    }

    // Attempts and failures of each process where there are several, else of each trial.
    private static long[][] Units(IReadOnlyList<long> attempts, IReadOnlyList<long> failures, IReadOnlyList<int>? process)
    {
        if (process is null || process.Distinct().Count() == 1)
        {
            return [[.. attempts], [.. failures]];
        }

        IGrouping<int, int>[] trials = [.. Enumerable.Range(0, attempts.Count).GroupBy(i => process[i])];
        return [[.. trials.Select(t => t.Sum(i => attempts[i]))], [.. trials.Select(t => t.Sum(i => failures[i]))]];
    }

    private static (long Attempts, long Failures) Sum(IReadOnlyList<long> attempts, IReadOnlyList<long> failures)
    {
        if (attempts.Count != failures.Count)
        {
            throw new ArgumentException($"{attempts.Count} trials have attempts but {failures.Count} have failures");
        }

        long total = 0;
        long failed = 0;
        for (int i = 0; i < attempts.Count; i++)
        {
            if (attempts[i] < 0 || failures[i] < 0 || failures[i] > attempts[i])
            {
                throw new ArgumentException($"trial {i} counts {failures[i]} failures of {attempts[i]} attempts");
            }

            total += attempts[i];
            failed += failures[i];
        }

        return total > 0 ? (total, failed) : throw new ArgumentException("a rate needs at least one attempt");
    }

    private static double Overdispersion(
        IReadOnlyList<long> attempts, IReadOnlyList<long> failures, double rate, long total, int trials)
    {
        double squares = 0;
        for (int i = 0; i < attempts.Count; i++)
        {
            double residual = failures[i] - (rate * attempts[i]);
            squares += residual * residual;
        }

        double variance = squares * trials / (trials - 1);
        return Math.Max(1, variance / (total * rate * (1 - rate)));
    }

    private static double StudentQuantile(long degrees, double alpha) => new StudentDistribution(degrees).Quantile(1 - (alpha / 2));
}
