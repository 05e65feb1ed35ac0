using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>
/// Counts what <c>compare</c> says about pairs of runs of the same code, and about pairs of which one side did more work.
/// </summary>
/// <remarks>
/// A pair whose runs came one after the other is judged with the spread between times that all other pairs show: what is judged is not in
/// the estimate, as no comparison of a user is.
/// </remarks>
/// <param name="options">How it compares.</param>
/// <param name="injected">The relative difference that the work is to make, 0.1 for 10 %.</param>
public sealed class ErrorCounter(ComparisonOptions options, double injected)
{
    private readonly List<MeasuredPair> _pairs = [];
    private readonly List<Dictionary<string, SpreadSample[]>> _samples = [];

    /// <summary>The relative difference that the work is to make.</summary>
    public double Injected => injected;

    /// <summary>Adds a pair.</summary>
    public void Add(MeasuredPair pair)
    {
        _pairs.Add(pair);
        _samples.Add(pair.Apart.ToDictionary(
            sides => sides.Figure,
            sides => (SpreadSample[])[SpreadSample.Of(sides.First, sides.IsRate), SpreadSample.Of(sides.Second, sides.IsRate)]));
    }

    /// <summary>The spread between times of each figure, from all pairs; without those that cannot be estimated.</summary>
    public IReadOnlyList<TimeSpread> Between() => Between(_ => true);

    /// <summary>Counts all pairs in every order: a row per figure, and one for all figures of a pair together.</summary>
    public IReadOnlyList<ErrorCount> Counts() =>
    [
        .. Count(ErrorCount.Interleaved, i => _pairs[i].Turns, _ => RunTiming.InTurns),
        .. Count(ErrorCount.InTurn, i => _pairs[i].Apart, i => Apart(j => j != i)),
        .. _pairs.Count > 1 ? Count(ErrorCount.Later, Later, i => Apart(j => j != i && j != HalfAway(i))) : [],
    ];

    private RunTiming Apart(Func<int, bool> isUsed)
    {
        IReadOnlyList<TimeSpread> spreads = Between(isUsed);
        return RunTiming.Apart(spreads, spreads);
    }

    private IReadOnlyList<TimeSpread> Between(Func<int, bool> isUsed) =>
    [
        .. _pairs.SelectMany(pair => pair.Apart).Select(sides => sides.Figure).Distinct()
            .Select(figure => SpreadSample.Spread(
                figure,
                [.. _samples.Where((_, i) => isUsed(i)).SelectMany(samples => samples.GetValueOrDefault(figure) ?? [])]))
            .OfType<TimeSpread>(),
    ];

    private int HalfAway(int pair) => (pair + (_pairs.Count / 2)) % _pairs.Count;

    // The first run of a pair, and the second one of that which was measured half of the calibration later or earlier.
    private IReadOnlyList<MeasuredPair.Sides> Later(int pair) =>
    [
        .. _pairs[pair].Apart.Join(
            _pairs[HalfAway(pair)].Apart, sides => sides.Figure, sides => sides.Figure,
            (sides, later) => sides with { Second = later.Second, Harder = later.Harder }),
    ];

    private IEnumerable<ErrorCount> Count(
        string order, Func<int, IReadOnlyList<MeasuredPair.Sides>> pairs, Func<int, RunTiming> timing)
    {
        Dictionary<string, FigureCount> figures = [];
        var family = new FamilyCount();
        for (int i = 0; i < _pairs.Count; i++)
        {
            ComparisonOptions timed = options with { Timing = timing(i) };
            List<CellComparison> plain = [];
            List<CellComparison> harder = [];
            foreach (MeasuredPair.Sides sides in pairs(i))
            {
                FigureCount count = figures.TryGetValue(sides.Figure, out FigureCount? known)
                    ? known
                    : figures[sides.Figure] = new FigureCount(sides.Figure, order, sides.IsRate);
                plain.AddRange(count.AddPlain(sides, timed));
                harder.AddRange(count.AddHarder(sides, timed));
            }

            family.Add(plain, harder);
        }

        return [.. figures.Values.Select(count => count.Sum(options.Threshold)), family.Sum(order)];
    }
}
