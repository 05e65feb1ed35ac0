using NatAllocBench.Results.Statistics;
using Xunit.Abstractions;

namespace NatAllocBench.Tests.Results;

/// <summary>How often the nominal 95 % interval contains the true rate, on seeded beta-binomial trials.</summary>
public sealed class FailureRateCoverageTests(ITestOutputHelper output)
{
    private const int Repetitions = 2000;

    // Over-dispersion is 1 + (n-1) rho. The interval is exact in spirit, so it errs on the side of covering too often where
    // trials are few or over-dispersion is mild; it must never drop below 93 %.
    [Theory]
    [InlineData(10, 2000, 0.02, 1, 0.95, 0.995)]
    [InlineData(10, 2000, 0.02, 5, 0.93, 0.98)]
    [InlineData(5, 5000, 0.05, 10, 0.93, 0.98)]
    [InlineData(20, 1000, 0.1, 20, 0.93, 0.98)]
    [InlineData(10, 10_000, 0.0005, 2, 0.93, 0.995)]
    public void The_nominal_95_percent_interval_covers_the_true_rate(
        int trials, int attemptsPerTrial, double rate, double overdispersion, double atLeast, double atMost)
    {
        BetaBinomial source = new(attemptsPerTrial, rate, overdispersion, seed: 20260304);
        long[] attempts = [.. Enumerable.Repeat((long)attemptsPerTrial, trials)];
        int covered = 0;
        int coveredByBinomial = 0;
        for (int i = 0; i < Repetitions; i++)
        {
            long[] failures = source.Draw(trials);
            RateEstimate estimate = FailureRate.Estimate(attempts, failures);
            covered += estimate.Low <= rate && rate <= estimate.High ? 1 : 0;
            (double low, double high) = FailureRate.ClopperPearson(failures.Sum(), attempts.Sum());
            coveredByBinomial += low <= rate && rate <= high ? 1 : 0;
        }

        double coverage = (double)covered / Repetitions;
        output.WriteLine($"coverage {coverage:P1}; pooled binomial {(double)coveredByBinomial / Repetitions:P1}");
        Assert.InRange(coverage, atLeast, atMost);
    }
}
