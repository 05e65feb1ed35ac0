using NatAllocBench.Racing.Platform;

namespace NatAllocBench.Racing.Machine;

/// <summary>Chooses the pairs of CPUs whose distance is measured.</summary>
internal static class CpuPairs
{
    /// <summary>All pairs, or <paramref name="most"/> of them drawn at random.</summary>
    /// <returns>Pairs in ascending order, the lower CPU first; the same ones on every call.</returns>
    internal static IReadOnlyList<(int A, int B)> Choose(CpuSet cpus, int most)
    {
        (int A, int B)[] all = [.. cpus.Cpus.SelectMany((a, i) => cpus.Cpus.Skip(i + 1).Select(b => (a, b)))];
        if (all.Length <= most)
        {
            return all;
        }

        // A fixed seed: two runs on one machine measure the same pairs.
        new Random(1).Shuffle(all);
        return [.. all.Take(most).Order()];
    }
}
