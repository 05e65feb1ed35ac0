namespace NatAllocBench.Results.Statistics;

/// <summary>
/// Blocks whose CPUs were equally far apart. A hypervisor moves its CPUs about, and the speed of several threads follows the round trip of
/// a cache line between them; only blocks of one class are compared.
/// </summary>
/// <param name="FromNs">Shortest round trip of the class, ns.</param>
public readonly record struct PlacementClass(double FromNs)
{
    /// <summary>Longest round trip of a class over its shortest: placements differ by a factor of three and more, noise by less.</summary>
    public const double Width = 1.5;

    /// <summary>Whether two round trips fit into one class.</summary>
    /// <param name="oneNs">A round trip, ns.</param>
    /// <param name="otherNs">Another one, ns.</param>
    public static bool HoldsBoth(double oneNs, double otherNs) => Math.Max(oneNs, otherNs) <= Width * Math.Min(oneNs, otherNs);

    /// <summary>Longest round trip of the class, ns.</summary>
    public double ToNs => Width * FromNs;

    /// <summary>The class that most of the blocks belong to; of equals the one with the shorter round trips.</summary>
    /// <param name="roundTripsNs">Round trips of all blocks, in any order; at least one.</param>
    public static PlacementClass MostCommon(IReadOnlyList<double> roundTripsNs)
    {
        double[] sorted = [.. roundTripsNs.Order()];
        int best = 0;
        int most = 0;
        int end = 0;
        for (int first = 0; first < sorted.Length; first++)
        {
            while (end < sorted.Length && sorted[end] <= Width * sorted[first])
            {
                end++;
            }

            if (end - first > most)
            {
                most = end - first;
                best = first;
            }
        }

        return new PlacementClass(sorted[best]);
    }

    /// <summary>Whether a block belongs to the class.</summary>
    /// <param name="roundTripNs">Its round trip, ns.</param>
    public bool Contains(double roundTripNs) => roundTripNs >= FromNs && roundTripNs <= ToNs;
}
