namespace NatAllocBench.Results.Statistics;

/// <summary>
/// All differences between a value of the second sample and one of the first, by rank. They are never listed: two samples of 2,000
/// values have four million.
/// </summary>
internal sealed class PairwiseDifferences(IEnumerable<double> first, IEnumerable<double> second)
{
    private readonly double[] _first = [.. first.Order()];
    private readonly double[] _second = [.. second.Order()];

    public long Count => (long)_first.Length * _second.Length;

    /// <summary>The difference of a rank from 0, found by halving the range to the precision of the numbers.</summary>
    public double OfRank(long rank)
    {
        double low = _second[0] - _first[^1];
        double high = _second[^1] - _first[0];
        if (CountUpTo(low) > rank)
        {
            return low;
        }

        // Invariant: at most rank differences are <= low, and more than rank are <= high.
        while (true)
        {
            double middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
            {
                return high;
            }

            (low, high) = CountUpTo(middle) > rank ? (low, middle) : (middle, high);
        }
    }

    /// <summary>How many differences lie above a limit.</summary>
    public long CountAbove(double limit) => Count - CountUpTo(limit);

    /// <summary>How many differences are exactly a value.</summary>
    public long CountAt(double value) => CountUpTo(value) - CountUpTo(Math.BitDecrement(value));

    private long CountUpTo(double limit)
    {
        long count = 0;
        int below = 0;
        foreach (double value in _first)
        {
            // The larger the first value, the more of the second sample lie within the limit above it.
            while (below < _second.Length && _second[below] - value <= limit)
            {
                below++;
            }

            count += below;
        }

        return count;
    }
}
