using System.Globalization;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Judges a rate of the model by its ratio to the kernel's: they agree within 0.7 to 1.4, and two rates without a loss agree. Outside of
/// that band they disagree if the intervals of the two rates do not overlap, or if the interval of their ratio does not reach into the
/// band; else nothing is said.
/// </summary>
internal static class RatioJudge
{
    /// <summary>Smallest ratio that agrees.</summary>
    public const double Low = 0.7;

    /// <summary>Largest ratio that agrees.</summary>
    public const double High = 1.4;

    /// <summary>With fewer losses than these counting alone makes the interval of a ratio wider than the band.</summary>
    private const int FewLosses = 100;

    public static ComparisonCell Judge(ComparisonCell cell, RateEstimate kernel, RateEstimate model)
    {
        double? ratio = Ratio(kernel, model);
        bool isWithout = kernel.Failures == 0 && model.Failures == 0;
        bool isInside = ratio is >= Low and <= High;
        bool? agrees = isInside || isWithout ? true : Disagree(kernel, model) ? false : null;
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
            Remark = isWithout ? "no loss in either" : agrees == true ? null : Why(kernel, model, ratio, agrees is null),
        };
    }

    /// <summary>Whether two rates disagree: their ratio lies outside of the band, and chance at this level does not explain it.</summary>
    /// <param name="kernel">With its interval at the level.</param>
    /// <param name="model">With its interval at the level.</param>
    /// <param name="confidence">The level of confidence.</param>
    public static bool Disagree(RateEstimate kernel, RateEstimate model, double confidence = 0.95)
    {
        double? ratio = Ratio(kernel, model);
        bool isApart = kernel.Low > model.High || model.Low > kernel.High;
        return ratio is not (>= Low and <= High) && kernel.Failures + model.Failures > 0
            && (isApart || !CouldAgree(kernel, model, ratio, NormalQuantile.TwoSided(confidence)));
    }

    private static double? Ratio(RateEstimate kernel, RateEstimate model) =>
        kernel.Failures > 0 && model.Failures > 0 ? model.Rate / kernel.Rate : null;

    private static string? Why(RateEstimate kernel, RateEstimate model, double? ratio, bool isOpen)
    {
        string? range = ratio is { } value
            ? string.Create(CultureInfo.InvariantCulture,
                $"the ratio is {value / Factor(kernel, model):0.00} to {value * Factor(kernel, model):0.00} (95 %)")
            : null;
        return (isOpen, range) switch
        {
            (true, not null) when Math.Min(kernel.Failures, model.Failures) >= FewLosses => $"{range}: too wide to tell",
            (true, _) => $"too few losses to tell: {kernel.Failures} and {model.Failures}",
            _ => range,
        };
    }

    /// <summary>Whether the interval of the ratio, by the rates' own intervals, reaches into what agrees.</summary>
    private static bool CouldAgree(RateEstimate kernel, RateEstimate model, double? ratio, double quantile) => ratio is { } value
        ? value / Factor(kernel, model, quantile) <= High && value * Factor(kernel, model, quantile) >= Low
        : model.Low <= High * kernel.High && model.High >= Low * kernel.Low;

    /// <summary>What the ratio is divided and multiplied by for the ends of its interval.</summary>
    private static double Factor(RateEstimate kernel, RateEstimate model, double quantile = NormalQuantile.Of95) =>
        Math.Exp(quantile * Math.Sqrt(RelativeVariance(kernel) + RelativeVariance(model)));

    private static double RelativeVariance(RateEstimate rate) => (rate.Overdispersion ?? 1) / rate.Failures;
}
