using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Judges a rate of the model by its ratio to the kernel's: they agree within 0.7 to 1.4. Nothing is said where the losses are too few to
/// tell, and two rates without a loss agree.
/// </summary>
internal static class RatioJudge
{
    /// <summary>Smallest ratio that agrees.</summary>
    public const double Low = 0.7;

    /// <summary>Largest ratio that agrees.</summary>
    public const double High = 1.4;

    private const double NormalQuantile = 1.96;

    public static ComparisonCell Judge(ComparisonCell cell, RateEstimate kernel, RateEstimate model)
    {
        double? ratio = kernel.Failures > 0 && model.Failures > 0 ? model.Rate / kernel.Rate : null;
        bool? agrees = ratio is >= Low and <= High ? true
            : kernel.Failures == 0 && model.Failures == 0 ? true
            : CouldAgree(kernel, model, ratio) ? null : false;
        return cell with
        {
            Kernel = 100 * kernel.Rate,
            KernelLow = 100 * kernel.Low,
            KernelHigh = 100 * kernel.High,
            KernelCount = kernel.Attempts,
            Model = 100 * model.Rate,
            ModelLow = 100 * model.Low,
            ModelHigh = 100 * model.High,
            ModelMethod = "raced",
            Difference = (100 * kernel.Rate) - (100 * model.Rate),
            Ratio = ratio is null ? null : 100 * model.Rate / (100 * kernel.Rate),
            Agrees = agrees,
            Test = FormattableString.Invariant($"model / kernel within {Low} to {High}, or no loss in either"),
            Remark = kernel.Failures == 0 && model.Failures == 0 ? "no loss in either"
                : agrees is null ? $"too few losses to tell: {kernel.Failures} and {model.Failures}" : null,
        };
    }

    /// <summary>Whether the interval of the ratio, by the rates' own intervals, reaches into what agrees.</summary>
    private static bool CouldAgree(RateEstimate kernel, RateEstimate model, double? ratio)
    {
        if (ratio is not { } value)
        {
            return model.Low <= High * kernel.High && model.High >= Low * kernel.Low;
        }

        double error = NormalQuantile * Math.Sqrt(RelativeVariance(kernel) + RelativeVariance(model));
        return value * Math.Exp(-error) <= High && value * Math.Exp(error) >= Low;
    }

    private static double RelativeVariance(RateEstimate rate) => (rate.Overdispersion ?? 1) / rate.Failures;
}
