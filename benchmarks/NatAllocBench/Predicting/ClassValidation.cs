using System.Globalization;
using NatAllocBench.Racing.Cells;

namespace NatAllocBench.Predicting;

/// <summary>How a class of predictions fares against the published cells.</summary>
internal sealed record ClassValidation
{
    private const double LowestMean = 0.95;
    private const double HighestMean = 1.05;
    private const double MostSpread = 0.10;
    private const double FewestInside = 0.85;
    private const int CountedFailures = 100;
    private const int FewestCells = 3;
    private const double MostOtherFailures = 0.05;

    /// <summary>The spread of fewer ratios is known too badly to judge by: then the intervals alone do.</summary>
    private const int FewestCounted = 3;
    private const double NormalQuantile = 1.96;

    public required string Class { get; init; }

    /// <summary>Cells that the formula speaks of.</summary>
    public required int Cells { get; init; }

    /// <summary>Cells of the class that it does not.</summary>
    public required int WithoutFormula { get; init; }

    /// <summary>Cells with at least 100 failures: their ratios are meant below.</summary>
    public required int Counted { get; init; }

    /// <summary>Mean of predicted over measured; null without counted cells.</summary>
    public required double? MeanRatio { get; init; }

    /// <summary>Its standard deviation.</summary>
    public required double? Spread { get; init; }

    /// <summary>What is left of it when the cells' own counting errors are taken out.</summary>
    public required double? SpreadBeyondCounting { get; init; }

    /// <summary>Share of all cells whose prediction lies in the 95 % interval of the measurement.</summary>
    public required double? Inside { get; init; }

    /// <summary>Why predictions of this class are not printed; null if they are.</summary>
    public required string? Disabled { get; init; }

    /// <summary>Checks a class.</summary>
    public static ClassValidation Of(PredictionClass one, IReadOnlyList<PublishedCell> cells)
    {
        var checkedCells = new List<(double Predicted, PublishedCell Cell)>();
        foreach (PublishedCell cell in cells)
        {
            if (cell.WindowSeconds is { } window && IsRace(cell)
                && RacePrediction.Of(cell.Workload, cell.Cell.Cpus, window).Rate is { } rate)
            {
                checkedCells.Add((rate, cell));
            }
        }

        (double Predicted, PublishedCell Cell)[] counted = [.. checkedCells.Where(one => one.Cell.Cell.InsertFailed >= CountedFailures)];
        double[] ratios = [.. counted.Select(one => one.Predicted / one.Cell.Cell.Rate!.Value)];
        double? mean = ratios.Length == 0 ? null : ratios.Average();
        double? variance = ratios.Length < 2 ? null : ratios.Sum(ratio => Math.Pow(ratio - mean!.Value, 2)) / (ratios.Length - 1);
        double counting = counted.Length == 0 ? 0 : counted.Average(one => Math.Pow(CountingError(one.Cell), 2));
        double? inside = checkedCells.Count == 0 ? null : checkedCells.Average(one =>
            one.Predicted >= one.Cell.Cell.RateLow && one.Predicted <= one.Cell.Cell.RateHigh ? 1.0 : 0);
        var validation = new ClassValidation
        {
            Class = PredictionClasses.Name(one),
            Cells = checkedCells.Count,
            WithoutFormula = cells.Count - checkedCells.Count,
            Counted = counted.Length,
            MeanRatio = mean,
            Spread = variance is { } all ? Math.Sqrt(all) : null,
            SpreadBeyondCounting = variance is { } sum ? Math.Sqrt(Math.Max(0, sum - counting)) : null,
            Inside = inside,
            Disabled = null,
        };
        return validation with { Disabled = validation.WhyDisabled() };
    }

    private string? WhyDisabled() => this switch
    {
        { Cells: < FewestCells } => $"{Cells} published cells check it, {FewestCells} are needed",
        { Counted: >= FewestCounted, MeanRatio: < LowestMean or > HighestMean } =>
            FormattableString.Invariant($"predicted over measured is {MeanRatio:0.00} on average"),
        { Counted: >= FewestCounted, SpreadBeyondCounting: >= MostSpread } =>
            FormattableString.Invariant($"predicted over measured varies by {SpreadBeyondCounting * 100:0} %"),
        { Inside: < FewestInside } => string.Create(CultureInfo.InvariantCulture,
            $"{Inside * 100:0} % of the cells agree, {FewestInside * 100:0} % are "
            + $"needed"),
        _ => null,
    };

    /// <summary>Whether what failed there is the race: exhausted searches and long chains have laws of their own.</summary>
    private static bool IsRace(PublishedCell cell) =>
        (cell.Cell.FailedExhausted ?? 0) + (cell.Cell.FailedChain ?? 0) <= MostOtherFailures * (cell.Cell.InsertFailed ?? 0);

    private static double CountingError(PublishedCell cell) =>
        (cell.Cell.RateHigh!.Value - cell.Cell.RateLow!.Value) / (2 * NormalQuantile * cell.Cell.Rate!.Value);
}
