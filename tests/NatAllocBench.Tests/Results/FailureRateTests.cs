using CsCheck;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.Results;

public sealed class FailureRateTests
{
    // 81 of 263: Brown, Cai and DasGupta (2001) and Newcombe (1998, p. 861) print 0.2527 to 0.3676 for the exact method;
    // 15 of 148: Newcombe's table I, 0.0578 to 0.1617; 1 of 29: 0.0009 to 0.1776.
    [Theory]
    [InlineData(81, 263, 0.2527, 0.3676)]
    [InlineData(15, 148, 0.0578, 0.1617)]
    [InlineData(1, 29, 0.0009, 0.1776)]
    [InlineData(0, 20, 0, 0.1684)]
    public void The_exact_interval_is_the_published_one(long failures, long attempts, double low, double high)
    {
        (double actualLow, double actualHigh) = FailureRate.ClopperPearson(failures, attempts);

        Assert.Equal(low, actualLow, 0.00005);
        Assert.Equal(high, actualHigh, 0.00005);
    }

    [Fact]
    public void A_single_trial_gives_the_exact_binomial_interval()
    {
        RateEstimate estimate = FailureRate.Estimate([263], [81]);

        Assert.Equal(0.2527, estimate.Low, 0.00005);
        Assert.Equal(0.3676, estimate.High, 0.00005);
        Assert.Null(estimate.Overdispersion);
        Assert.Equal(FailureRate.SingleTrialMethod, estimate.Method);
    }

    // The rule of three (Hanley and Lippman-Hand, JAMA 249, 1983): none of 14 gives 19.3 %, none of 100 about 3 %.
    [Theory]
    [InlineData(14, 0.193)]
    [InlineData(100, 0.0295)]
    [InlineData(1_000_000, 0.000003)]
    public void Without_failures_the_upper_end_is_the_rule_of_three(long attempts, double high)
    {
        RateEstimate estimate = FailureRate.Estimate([attempts], [0]);

        Assert.Equal((0d, 0d), (estimate.Rate, estimate.Low));
        Assert.Equal(high, estimate.High, high * 0.005);
    }

    [Fact]
    public void A_known_overdispersion_divides_the_attempts_of_a_cell_without_failures() =>
        Assert.Equal(FailureRate.Estimate([100], [0]).High, FailureRate.Estimate([200, 200], [0, 0], knownOverdispersion: 4).High, 1e-12);

    [Fact]
    public void When_every_attempt_fails_the_lower_end_mirrors_the_rule_of_three()
    {
        RateEstimate estimate = FailureRate.Estimate([60, 40], [60, 40]);

        Assert.Equal((1d, 1d), (estimate.Rate, estimate.High));
        Assert.Equal(1 - FailureRate.Estimate([100], [0]).High, estimate.Low, 1e-12);
    }

    // By hand: p = 0.06, residuals -4 0 4 of 100 attempts each; V = 3/2 * 32 / 300^2, p(1-p)/N = 0.000188, phi = 2.8369.
    [Fact]
    public void The_overdispersion_is_the_ratio_estimators_variance_over_the_binomial_one()
    {
        RateEstimate estimate = FailureRate.Estimate([100, 100, 100], [2, 6, 10]);

        Assert.Equal(0.06, estimate.Rate, 1e-12);
        Assert.Equal(2.8369, estimate.Overdispersion!.Value, 0.0001);
        Assert.Equal(FailureRate.ClusteredMethod, estimate.Method);
    }

    [Fact]
    public void The_interval_is_never_narrower_than_the_binomial_one() =>
        Gen.Select(Gen.Long[1, 1_000_000], Gen.Double[0, 1]).Array[1, 12].Sample(trials =>
        {
            long[] attempts = [.. trials.Select(t => t.Item1)];
            long[] failures = [.. trials.Select(t => (long)(t.Item1 * t.Item2 * t.Item2))];
            long failed = failures.Sum();
            RateEstimate estimate = FailureRate.Estimate(attempts, failures);
            (double low, double high) = FailureRate.ClopperPearson(failed, attempts.Sum());
            bool oneSided = failed == 0 || failed == attempts.Sum();
            return estimate.Low <= estimate.Rate && estimate.Rate <= estimate.High
                && (oneSided || (estimate.Low <= low + 1e-9 && estimate.High >= high - 1e-9));
        });

    [Fact]
    public void Every_confidence_gives_an_interval_around_the_rate_however_few_units_there_are() => Gen
        .Select(Gen.Select(Gen.Long[1, 100_000], Gen.Double[0, 1]).Array[2, 5], Gen.Double[-14, -0.01], Gen.Bool)
        .Where(sample => sample.Item1.Any(trial => (long)(trial.Item1 * trial.Item2) > 0))
        .Sample(sample =>
        {
            long[] attempts = [.. sample.Item1.Select(trial => trial.Item1)];
            long[] failures = [.. sample.Item1.Select(trial => (long)(trial.Item1 * trial.Item2))];
            double least = Math.Pow(10, sample.Item2);

            RateEstimate estimate = FailureRate.Estimate(attempts, failures, sample.Item3 ? 1 - least : least);

            Assert.InRange(estimate.Rate, estimate.Low, estimate.High);
            Assert.True(estimate.Low >= 0 && estimate.High <= 1);
        });

    [Fact]
    public void Empty_trials_change_nothing() =>
        Assert.Equal(FailureRate.Estimate([100, 100], [3, 5]), FailureRate.Estimate([100, 0, 100], [3, 0, 5]));

    [Theory]
    [InlineData(new long[] { 1 }, new long[] { 2 })]
    [InlineData(new long[] { 0 }, new long[] { 0 })]
    [InlineData(new long[] { 1, 2 }, new long[] { 1 })]
    [InlineData(new long[] { 5 }, new long[] { -1 })]
    [InlineData(new long[] { }, new long[] { })]
    public void Impossible_counts_are_refused(long[] attempts, long[] failures) =>
        Assert.Throws<ArgumentException>(() => FailureRate.Estimate(attempts, failures));
}
