namespace NatAllocBench.Results.Model;

/// <summary>The distribution of times over several processes.</summary>
internal static class PooledCurve
{
    /// <summary>
    /// Mixes curves, each weighted alike: at every time that occurs in one of them, the mean share that is not longer. A time whose share
    /// is that of the one before adds nothing and is left out.
    /// </summary>
    /// <param name="curves">Curves that rise; empty ones do not count.</param>
    /// <returns>The curve at the percentiles of the first one, or null without any.</returns>
    public static IReadOnlyList<PercentilePoint>? Of(IReadOnlyList<IReadOnlyList<PercentilePoint>> curves)
    {
        IReadOnlyList<PercentilePoint>[] known = [.. curves.Where(c => c.Count > 0)];
        if (known.Length == 0)
        {
            return null;
        }

        double[] times = [.. known.SelectMany(c => c).Select(p => p.Ns).Distinct().Order()];
        double[] shares = [.. times.Select(ns => known.Average(c => ShareUpTo(c, ns)))];
        return [.. known[0].Select(point => new PercentilePoint(point.Percentile, TimeAt(times, shares, point.Percentile)))];
    }

    /// <summary>The time at a percentile of a pooled curve, or null where there is no such point.</summary>
    public static double? At(IReadOnlyList<PercentilePoint>? curve, double percentile) =>
        curve?.FirstOrDefault(p => p.Percentile == percentile)?.Ns;

    private static double ShareUpTo(IReadOnlyList<PercentilePoint> curve, double ns) =>
        curve.Where(p => p.Ns <= ns).Select(p => p.Percentile).DefaultIfEmpty(0).Max();

    private static double TimeAt(double[] times, double[] shares, double percentile)
    {
        int index = Array.FindIndex(shares, share => share >= percentile - 1e-9);
        return index < 0 ? times[^1] : times[index];
    }
}
