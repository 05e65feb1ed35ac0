using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// How often two connections that overlap choose the same port, averaged over the pairs of a race cell. The model fills the cell's
/// destinations with the cell's own packets and is asked along the way; each answer goes through all first draws of the search, so it
/// is exact for that filling.
/// </summary>
internal static class RaceCurve
{
    private const int DefaultAnswers = 36;

    /// <summary>Up to this many pairs a destination every pair is asked about, beyond it the first and a sample.</summary>
    private const int MostAskedEach = 12;

    /// <summary>Probability that an overlapping pair of the cell collides, which costs one of its two connections.</summary>
    /// <param name="era">The era.</param>
    /// <param name="cell">A cell of <see cref="ComparisonCells.Race"/>, without prefill.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    /// <param name="answers">How often the model is asked, about.</param>
    public static double Collision(Era era, LiveCell cell, ulong seed, int answers = DefaultAnswers)
    {
        ArgumentNullException.ThrowIfNull(cell);
        FlowTuple[] left = cell.Plan.Senders[0];
        FlowTuple[] right = cell.Plan.Senders[1];
        uint first = left[0].DestinationAddress;
        int pairs = left.TakeWhile(flow => flow.DestinationAddress == first).Count();
        int paths = Math.Min(left.Length / pairs, Math.Max(1, answers / Math.Min(pairs, MostAskedEach)));
        var random = new CpuRandom(seed);
        double sum = 0;
        for (int path = 0; path < paths; path++)
        {
            using ModelRouter router = ModelRouter.Create(era, cell.Rule, 2 * pairs, random.Next64());
            Dictionary<int, double> weights = Weights(pairs, ref random);
            for (int pair = 0; pair < pairs; pair++)
            {
                int at = (path * pairs) + pair;
                if (weights.TryGetValue(pair, out double weight))
                {
                    sum += weight * router.SamePortProbability(in left[at]);
                }

                _ = router.Send(in left[at]);
                _ = router.Send(in right[at]);
            }
        }

        return sum / paths;
    }

    /// <summary>
    /// Which pairs are asked about, and what each stands for. The first may contest the client's own port and counts alone.
    /// </summary>
    private static Dictionary<int, double> Weights(int pairs, ref CpuRandom random)
    {
        var weights = new Dictionary<int, double> { [0] = 1.0 / pairs };
        int strata = Math.Min(pairs, MostAskedEach) - 1;
        for (int stratum = 0; stratum < strata; stratum++)
        {
            int from = 1 + (int)((long)(pairs - 1) * stratum / strata);
            int to = 1 + (int)((long)(pairs - 1) * (stratum + 1) / strata);
            weights[from + (int)random.NextBelow((uint)(to - from))] = (double)(to - from) / pairs;
        }

        return weights;
    }
}
