using System.Globalization;
using System.Text.Json.Serialization;
using NatAllocBench.Results.Statistics;

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

    /// <summary>The spread of fewer ratios is known too badly to judge by: then the intervals alone do.</summary>
    private const int FewestCounted = 3;

    public required string Class { get; init; }

    /// <summary>Cells that the formula speaks of.</summary>
    public required int Cells { get; init; }

    /// <summary>Cells of the class that it does not.</summary>
    public required int WithoutFormula { get; init; }

    /// <summary>Cells with at least 100 failures: their ratios are meant below.</summary>
    public required int Counted { get; init; }

    /// <summary>Mean of predicted over measured; null without counted cells.</summary>
    public required double? MeanRatio { get; init; }

    /// <summary>The standard error of that mean by the cells' own counting errors; null without counted cells.</summary>
    public required double? MeanError { get; init; }

    /// <summary>Its standard deviation.</summary>
    public required double? Spread { get; init; }

    /// <summary>The standard deviation that is left when each cell's own counting error is taken out; this one is judged.</summary>
    public required double? SpreadBeyondCounting { get; init; }

    /// <summary>Share of all cells whose prediction lies in the 95 % interval of the measurement.</summary>
    public required double? Inside { get; init; }

    /// <summary>Why predictions of this class are not printed; null if they are.</summary>
    public required string? Disabled { get; init; }

    /// <summary>
    /// Whether the class holds what is asked of predictions, by the letter: a mean ratio of 0.95 to 1.05 and a standard deviation below a
    /// tenth, over at least three cells with 100 failures each. Null where there are fewer of them, so that it is not decided.
    /// </summary>
    public bool? Holds => Counted < FewestCounted
        ? null
        : MeanRatio is >= LowestMean and <= HighestMean && Spread < MostSpread;

    /// <summary>What is to be said beside a prediction that is made all the same; null if the published cells have decided.</summary>
    [JsonIgnore]
    public string? Doubt => this switch
    {
        { Disabled: { } why } => $"its recorded windows fail: {why}",
        { Holds: null } => $"not decided: {Counted} published cells of it have {CountedFailures} failures, {FewestCounted} are needed",
        _ => null,
    };

    /// <summary>
    /// Whether predicted over measured is the same in all cells, be it 1 or not: then the formula has the right form, and a recorded window
    /// stands for another length of time. A window that the user gives is that length itself.
    /// </summary>
    [JsonIgnore]
    public bool HasSteadyRatio => Counted >= FewestCounted && SpreadBeyondCounting < MostSpread;

    /// <summary>Checks a class.</summary>
    public static ClassValidation Of(PredictionClass one, IReadOnlyList<PublishedCell> cells)
    {
        CheckedCell[] checkedCells = [.. cells.Select(CheckedCell.Of).OfType<CheckedCell>()];
        CheckedCell[] counted = [.. checkedCells.Where(one => one.Published.Cell.InsertFailed >= CountedFailures)];
        double[] ratios = [.. counted.Select(one => one.Ratio!.Value)];
        double? mean = ratios.Length == 0 ? null : ratios.Average();
        double? variance = ratios.Length < 2 ? null : ratios.Sum(ratio => Math.Pow(ratio - mean!.Value, 2)) / (ratios.Length - 1);
        double? inside = checkedCells.Length == 0 ? null : checkedCells.Average(one => one.IsInside ? 1.0 : 0);
        var validation = new ClassValidation
        {
            Class = PredictionClasses.Name(one),
            Cells = checkedCells.Length,
            WithoutFormula = cells.Count - checkedCells.Length,
            Counted = counted.Length,
            MeanRatio = mean,
            MeanError = ratios.Length == 0
                ? null
                : Math.Sqrt(counted.Sum(one => Math.Pow(one.Ratio!.Value * CountingError(one.Published), 2))) / ratios.Length,
            Spread = variance is { } all ? Math.Sqrt(all) : null,
            SpreadBeyondCounting = ratios.Length < 2
                ? null
                : SpreadBeyondErrors.Of([.. counted.Select(one => (Math.Log(one.Ratio!.Value), CountingError(one.Published)))]),
            Inside = inside,
            Disabled = null,
        };
        return validation with { Disabled = validation.WhyDisabled() };
    }

    private string? WhyDisabled() => this switch
    {
        { Cells: < FewestCells } => $"{Cells} published cells check it, {FewestCells} are needed",
        { Counted: >= FewestCounted, MeanRatio: { } mean, MeanError: { } error }
            when mean + (NormalQuantile.Of95 * error) < LowestMean || mean - (NormalQuantile.Of95 * error) > HighestMean =>
            FormattableString.Invariant($"predicted over measured is {MeanRatio:0.00} on average"),
        { Counted: >= FewestCounted, SpreadBeyondCounting: >= MostSpread } =>
            FormattableString.Invariant($"predicted over measured varies by {SpreadBeyondCounting * 100:0} %"),
        { Inside: < FewestInside } => string.Create(CultureInfo.InvariantCulture,
            $"{Inside * 100:0} % of the cells agree, {FewestInside * 100:0} % are "
            + $"needed"),
        _ => null,
    };

    /// <summary>Relative standard error of the measured rate, which is that of the ratio's logarithm.</summary>
    private static double CountingError(PublishedCell cell) =>
        (cell.Cell.RateHigh!.Value - cell.Cell.RateLow!.Value) / (2 * NormalQuantile.Of95 * cell.Cell.Rate!.Value);
}
