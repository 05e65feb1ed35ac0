using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// How much more <c>random-fully</c> loses than default where both search from a random port: the search is the same, so what differs is
/// the length of the window. A row by itself has too few losses to show a fifth; all rows together have enough.
/// </summary>
internal static class ModeContrast
{
    private const int FewestRows = 3;

    /// <summary>The contrast of a protocol; none where too few rows have losses in both modes.</summary>
    public static IEnumerable<ComparisonCell> Of(ComparisonContext context, LiveProtocol protocol, IEnumerable<ArrivalSeries> series)
    {
        (double Kernel, double Model)[] contrasts =
        [
            .. series.Where(row => row.Protocol == protocol && row.AlwaysSearches && row.Rates is not null)
                .GroupBy(row => row.Row)
                .Select(row => (Default: row.FirstOrDefault(r => r.Mode == PortMode.Default)?.Rates,
                    Random: row.FirstOrDefault(r => r.Mode == PortMode.FullyRandom)?.Rates))
                .Where(row => row.Default is not null && row.Random is not null)
                .Select(row => (
                    row.Random!.Value.Kernel / row.Default!.Value.Kernel, row.Random.Value.Model / row.Default.Value.Model)),
        ];
        return contrasts.Length < FewestRows ? [] :
        [
            Judge(
                context.Cell(
                    "random-fully over default", "ratio of insert_failed", new NatRule { Protocol = protocol, Mode = PortMode.FullyRandom },
                    $"saturated and lockstep, {contrasts.Length} rows"),
                contrasts),
        ];
    }

    /// <summary>Judges the geometric means of both sides by the differences within rows.</summary>
    /// <param name="cell">The cell without values.</param>
    /// <param name="contrasts">Of each row the ratio of the modes' rates, all above 0; at least two rows.</param>
    public static ComparisonCell Judge(ComparisonCell cell, IReadOnlyList<(double Kernel, double Model)> contrasts)
    {
        MeanEstimate kernel = MeanEstimate.Of([.. contrasts.Select(row => Math.Log(row.Kernel))]);
        MeanEstimate model = MeanEstimate.Of([.. contrasts.Select(row => Math.Log(row.Model))]);
        MeanEstimate difference = MeanEstimate.Of([.. contrasts.Select(row => Math.Log(row.Model / row.Kernel))]);
        return cell with
        {
            Kernel = Math.Exp(kernel.Value),
            KernelLow = Math.Exp(kernel.Low!.Value),
            KernelHigh = Math.Exp(kernel.High!.Value),
            Model = Math.Exp(model.Value),
            ModelLow = Math.Exp(model.Low!.Value),
            ModelHigh = Math.Exp(model.High!.Value),
            ModelMethod = "raced",
            Difference = Math.Exp(kernel.Value) - Math.Exp(model.Value),
            Ratio = Math.Exp(model.Value) / Math.Exp(kernel.Value),
            Agrees = difference.Holds(0),
            Test = "the mean difference of the logarithms, row by row, is 0 within its 95 % interval",
            Remark = difference.Holds(0) ? null
                : FormattableString.Invariant($"the model's ratio is {Math.Exp(difference.Low!.Value):0.00} to ")
                    + FormattableString.Invariant($"{Math.Exp(difference.High!.Value):0.00} of the kernel's (95 %)"),
        };
    }
}
