using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Comparison;

/// <summary>What <c>--fail-on worse</c> says of whole pairs: all their cells together.</summary>
internal sealed class FamilyCount
{
    private int _pairs;
    private int _judged;
    private int _alarms;
    private int _injected;
    private int _found;

    /// <summary>Adds the cells of a pair of all kinds.</summary>
    /// <param name="plain">Those of the same code.</param>
    /// <param name="harder">Those with a side that did more work.</param>
    public void Add(IEnumerable<CellComparison> plain, IEnumerable<CellComparison> harder)
    {
        double[] chances = Judge.Chances(plain);
        double[] chancesOfHarder = Judge.Chances(harder);
        _pairs++;
        _judged += Convert.ToInt32(chances.Length > 0);
        _alarms += Convert.ToInt32(Judge.AnyWorse(chances));
        _injected += Convert.ToInt32(chancesOfHarder.Length > 0);
        _found += Convert.ToInt32(Judge.AnyWorse(chancesOfHarder));
    }

    /// <summary>The row.</summary>
    public ErrorCount Sum(string order) =>
        new(ErrorCount.Family, _pairs, _pairs, _pairs - _judged, _alarms, Same: 0, _injected, _found) { Order = order };
}
