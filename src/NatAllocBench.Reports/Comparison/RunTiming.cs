using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;
using NatAllocBench.Results.Store;
using Perfolizer.Mathematics.Distributions.ContinuousDistributions;

namespace NatAllocBench.Reports.Comparison;

/// <summary>How the processes of two runs lie in time, which decides what their intervals have to cover.</summary>
/// <remarks>
/// Processes that took turns are compared as pairs of neighbours. Between runs at different times the machine has changed as well. How
/// much runs of its kind scatter for that reason is in the machine's calibration; the interval gets it by adding the squares of the half
/// widths on the logarithm (Zou and Donner, Statistics in Medicine 27, 2008). Without a calibration nothing is known of it.
/// </remarks>
public sealed class RunTiming
{
    private readonly IReadOnlyList<TimeSpread>? _first;
    private readonly IReadOnlyList<TimeSpread>? _second;

    private RunTiming(bool tookTurns, IReadOnlyList<TimeSpread>? first, IReadOnlyList<TimeSpread>? second)
    {
        TookTurns = tookTurns;
        _first = first;
        _second = second;
    }

    /// <summary>The processes of both sides took turns.</summary>
    public static RunTiming InTurns { get; } = new(true, null, null);

    /// <summary>Whether the processes of both sides took turns.</summary>
    public bool TookTurns { get; }

    /// <summary>The runs were made at different times.</summary>
    /// <param name="first">The spreads of the first run's machine, or null where they were not measured.</param>
    /// <param name="second">Those of the second run's machine.</param>
    public static RunTiming Apart(IReadOnlyList<TimeSpread>? first, IReadOnlyList<TimeSpread>? second) => new(false, first, second);

    /// <summary>The timing of two stored runs.</summary>
    internal static RunTiming Of(RunRecord first, RunRecord second, IReadOnlyList<string> stores) => Apart(
        ComparisonErrorsFile.Find(stores, first.Machine)?.Between, ComparisonErrorsFile.Find(stores, second.Machine)?.Between);

    /// <summary>Whether it is known what the timing does to a kind of figure.</summary>
    internal bool Covers(string figure) => TookTurns || Find(figure) is not null;

    /// <summary>An interval that covers the timing too; unchanged where there is none, where it adds nothing or is not known.</summary>
    internal RatioEstimate Widen(RatioEstimate ratio, string figure, double confidence)
    {
        if (Find(figure) is not (var deviation, var degrees) || ratio is not { Low: { } low, High: { } high })
        {
            return ratio;
        }

        double half = new StudentDistribution(degrees).Quantile((1 + confidence) / 2) * deviation;
        return double.IsFinite(ratio.Ratio) && ratio.Ratio > 0
            ? ratio with { Low = ratio.Ratio / Wider(ratio.Ratio / low), High = ratio.Ratio * Wider(high / ratio.Ratio) }
            : ratio with { Low = low / Math.Exp(half), High = high * Math.Exp(half) };

        double Wider(double factor) => Math.Exp(Math.Sqrt((Math.Log(factor) * Math.Log(factor)) + (half * half)));
    }

    // The deviation of the logarithm of a ratio, and its degrees of freedom.
    private (double Deviation, double Degrees)? Find(string figure) =>
        Of(_first, figure) is { } first && Of(_second, figure) is { } second
            ? (Math.Sqrt((first.Deviation * first.Deviation) + (second.Deviation * second.Deviation)),
                Math.Max(1, Math.Min(first.Pairs, second.Pairs) - 1))
            : null;

    private static TimeSpread? Of(IReadOnlyList<TimeSpread>? spreads, string figure) =>
        spreads?.FirstOrDefault(spread => spread.Figure == figure);
}
