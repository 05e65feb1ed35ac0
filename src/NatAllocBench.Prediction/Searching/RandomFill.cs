namespace NatAllocBench.Prediction.Searching;

/// <summary>
/// The chance of one search where only the number of taken ports counts: they are taken to lie at random. A range that filled itself has
/// runs of taken ports, in which a limited search fails more often.
/// </summary>
public static class RandomFill
{
    /// <summary>The closed form of <see cref="ExactSearch"/>.</summary>
    /// <param name="limits">The range and the kernel's limits.</param>
    /// <param name="taken">Ports that are taken.</param>
    /// <param name="evictable">Those of them whose connection may be evicted.</param>
    public static SearchChance Of(SearchLimits limits, int taken, int evictable)
    {
        if (limits.Rounds.Count == 1)
        {
            bool fails = taken == limits.Ports && !(limits.Evicts && evictable > 0);
            return new SearchChance(fails ? 1 : 0, Math.Min(limits.Ports, ClosedForms.ScanOfRandomFill(taken, limits.Ports)));
        }

        double failure = 1;
        double probes = 0;
        foreach (int round in limits.Rounds)
        {
            for (int i = 0; i < round; i++)
            {
                probes += failure;
                failure *= (double)(i < limits.FirstEvicting(round) ? taken : taken - evictable) / limits.Ports;
            }
        }

        return new SearchChance(failure, probes);
    }
}
