namespace NatAllocBench.Prediction.Searching;

/// <summary>What one search in a known set of ports does, over all 65536 equally likely starts of each round.</summary>
/// <param name="Failure">Chance that it finds no port, 0 to 1.</param>
/// <param name="Probes">Mean number of ports that it looks at.</param>
public readonly record struct SearchChance(double Failure, double Probes);

/// <summary>Computes the chance from the set of ports itself, without an assumption on how they came to be taken.</summary>
public static class ExactSearch
{
    /// <summary>Enumerates every start of every round.</summary>
    /// <param name="limits">The range and the kernel's limits.</param>
    /// <param name="taken">An element per port of the range: taken or not.</param>
    /// <param name="evictable">Ports whose connection may be evicted; empty if none.</param>
    public static SearchChance Of(SearchLimits limits, ReadOnlySpan<bool> taken, ReadOnlySpan<bool> evictable)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(taken.Length, limits.Ports);
        ushort[] toFree = Distances(taken, wanted: false);
        ushort[] toEvictable = evictable.IsEmpty ? [] : Distances(evictable, wanted: true);
        double failure = 1;
        double probes = 0;
        foreach (int round in limits.Rounds)
        {
            (long failing, long looked) = Round(round, limits.FirstEvicting(round), toFree, toEvictable);
            probes += failure * looked / ClosedForms.Offsets;
            failure *= (double)failing / ClosedForms.Offsets;
        }

        return new SearchChance(failure, probes);
    }

    private static (long Failing, long Looked) Round(int length, int firstEvicting, ushort[] toFree, ushort[] toEvictable)
    {
        long failing = 0;
        long looked = 0;
        bool evicts = firstEvicting < length && toEvictable.Length > 0;
        for (int start = 0; start < ClosedForms.Offsets; start++)
        {
            int found = toFree[start];
            if (evicts)
            {
                found = Math.Min(found, firstEvicting + toEvictable[(ushort)(start + firstEvicting)]);
            }

            failing += found >= length ? 1 : 0;
            looked += Math.Min(found + 1, length);
        }

        return (failing, looked);
    }

    /// <summary>For each 16-bit offset how far the next port of a kind is, on the circle of offsets that the scan walks.</summary>
    private static ushort[] Distances(ReadOnlySpan<bool> ports, bool wanted)
    {
        var distances = new ushort[ClosedForms.Offsets];
        int distance = ushort.MaxValue;

        // Twice round the circle: the first time tells what lies ahead of its last offsets.
        for (int turn = 0; turn < 2; turn++)
        {
            int port = ClosedForms.Offsets % ports.Length;
            for (int offset = ClosedForms.Offsets - 1; offset >= 0; offset--)
            {
                port = (port == 0 ? ports.Length : port) - 1;
                distance = ports[port] == wanted ? 0 : Math.Min(distance + 1, ushort.MaxValue);
                distances[offset] = (ushort)distance;
            }
        }

        return distances;
    }
}
